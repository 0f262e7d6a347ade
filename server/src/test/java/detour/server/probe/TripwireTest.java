package detour.server.probe;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.ProbeOptions;
import detour.failover.model.ProbeTarget;
import detour.server.metrics.Counter;
import detour.server.probe.FakeLane.FakeWire;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/// Interval 2 s, fast interval 200 ms, timeout 1 s, fall 3.
class TripwireTest {
  private static final ProbeOptions ON = SimulatedDetection.options(true, true);
  private static final ProbeOptions OFF = SimulatedDetection.options(true, false);
  private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);

  private final AtomicReference<Double> latency = new AtomicReference<>(5.0);

  @Test
  void shouldHoldOneConnectionOnceTheEndpointHasPassedTwice() {
    SimulatedDetection detection = detection(ON);
    detection.lane.advance(20_000);

    assertThat(detection.lane.wires()).hasSize(1);
    assertThat(onlyWire(detection).held()).isTrue();
    long secondPassNanos = detection.lane.started().get(1).atNanos();
    assertThat(onlyWire(detection).openedNanos()).isGreaterThan(secondPassNanos);
  }

  @Test
  void shouldTakeDownAKilledProcessAfterThreeFailuresAFastIntervalApart() {
    SimulatedDetection detection = detection(ON);
    detection.lane.advance(20_300);
    latency.set(SimulatedDetection.REFUSED);
    onlyWire(detection).lose();
    detection.lane.advance(5000);

    assertThat(detection.downMillis).containsExactly(20_700L);
    assertThat(detection.metrics.value(Counter.TRIPWIRES_SPRUNG)).isEqualTo(1);
    assertThat(detection.metrics.value(Counter.TRIPWIRE_FALSE_ALARMS)).isZero();
    assertThat(detection.lane.wires()).hasSize(1);
  }

  @Test
  void shouldNotTakeDownAProcessThatRestartsQuickly() {
    SimulatedDetection detection = detection(ON);
    detection.lane.advance(20_300);
    latency.set(SimulatedDetection.REFUSED);
    onlyWire(detection).lose();
    detection.lane.advance(150);
    latency.set(5.0);
    detection.lane.advance(20_000);

    assertThat(detection.downMillis).isEmpty();
    assertThat(detection.lane.wires()).hasSize(2);
    assertThat(detection.lane.wires().getLast().held()).isTrue();
  }

  @Test
  void shouldStartOneProbeForAFalseAlarm() {
    SimulatedDetection detection = detection(ON);
    detection.lane.advance(20_300);
    int before = detection.lane.started().size();
    onlyWire(detection).lose();
    detection.lane.advance(1000);

    assertThat(detection.lane.started()).hasSize(before + 1);
    assertThat(detection.metrics.value(Counter.TRIPWIRE_FALSE_ALARMS)).isEqualTo(1);
  }

  @Test
  void shouldSuspectTheProbeThatALossStartedWhenItHangs() {
    SimulatedDetection detection = detection(ON);
    detection.lane.advance(20_300);
    latency.set(60_000.0);
    onlyWire(detection).lose();
    detection.lane.advance(3000);

    assertThat(detection.downMillis).containsExactly(20_300L + 1300);
  }

  @Test
  void shouldLeaveAServerAloneThatClosesIdleConnectionsEarly() {
    assertThat(falseAlarms(() -> seconds(1))).isLessThan(16);
  }

  @Test
  void shouldRenewBeforeAServerClosesIdleConnections() {
    assertThat(falseAlarms(() -> seconds(60))).isLessThan(16);
  }

  @Test
  void shouldLeaveALoadBalancerAloneThatRotatesConnections() {
    Random random = new Random(5);
    assertThat(falseAlarms(() -> seconds(2) + random.nextLong(seconds(6)))).isLessThan(24);
  }

  @Test
  void shouldLeaveAServerAloneThatRefusesASecondConnection() {
    SimulatedDetection detection = detection(ON);
    detection.lane.wiresOpen = false;
    detection.lane.advance(DAY_MILLIS);

    assertThat(detection.lane.wires()).hasSizeLessThan(16);
    assertThat(detection.metrics.value(Counter.TRIPWIRES_SPRUNG)).isZero();
  }

  @Test
  void shouldLetGoAtOnceOfAServerThatServesOneClientAtATime() {
    AtomicReference<SimulatedDetection> server = new AtomicReference<>();
    // While a connection is held, nobody else is served.
    SimulatedDetection detection =
        SimulatedDetection.of(
            () -> server.get().lane.wires().stream().anyMatch(FakeWire::held) ? 60_000.0 : 5.0,
            ON,
            1);
    server.set(detection);
    detection.lane.advance(60_000);

    assertThat(onlyWire(detection).held()).isFalse();
    assertThat(detection.downMillis).isEmpty();
    assertThat(detection.metrics.tripwiresHeld()).isZero();
  }

  /// In a day; what is probed besides is what is probed without a tripwire.
  private long falseAlarms(LongSupplier lifetimeNanos) {
    SimulatedDetection detection = detection(ON);
    detection.lane.wireLifetimeNanos = lifetimeNanos;
    detection.lane.advance(DAY_MILLIS);
    SimulatedDetection plain = detection(OFF);
    plain.lane.advance(DAY_MILLIS);

    long alarms = detection.metrics.value(Counter.TRIPWIRE_FALSE_ALARMS);
    assertThat(detection.metrics.value(Counter.TRIPWIRES_SPRUNG)).isEqualTo(alarms);
    assertThat((long) detection.lane.started().size())
        .isEqualTo(plain.lane.started().size() + alarms);
    assertThat(detection.downMillis).isEmpty();
    return alarms;
  }

  @Test
  void shouldRenewAfterMinutesSoThatNoFirewallForgetsIt() {
    SimulatedDetection detection = detection(ON);
    detection.lane.advance(TimeUnit.HOURS.toMillis(1));

    assertThat(detection.lane.wires()).hasSizeBetween(12, 17);
    assertThat(detection.lane.wires().stream().filter(FakeWire::held)).hasSize(1);
    assertThat(detection.metrics.value(Counter.TRIPWIRES_SPRUNG)).isZero();
  }

  @Test
  void shouldHoldNothingWhereItIsSwitchedOffOrTheKindHasNoPort() {
    SimulatedDetection off = detection(OFF);
    off.lane.advance(20_000);
    assertThat(off.lane.wires()).isEmpty();

    SimulatedDetection noPort = detection(ON);
    noPort.lane.portToHold = OptionalInt.empty();
    noPort.lane.advance(20_000);
    assertThat(noPort.lane.wires()).isEmpty();
  }

  @Test
  void shouldLetGoOfAnEndpointThatIsDownOrNoLongerProbed() {
    SimulatedDetection down = detection(ON);
    down.lane.advance(20_000);
    latency.set(60_000.0);
    down.lane.advance(5000);
    assertThat(down.downMillis).hasSize(1);
    assertThat(onlyWire(down).held()).isFalse();

    latency.set(5.0);
    SimulatedDetection removed = detection(ON);
    removed.lane.advance(20_000);
    removed.probe(Set.of());
    removed.lane.advance(0);
    assertThat(onlyWire(removed).held()).isFalse();
  }

  @Test
  void shouldHoldNoMoreThanTheLimitAndCountTheRest() {
    SimulatedDetection detection =
        new SimulatedDetection(target -> 5.0, new DescriptorBudget(1000, 10), 1);
    Set<ProbeTarget> targets = new HashSet<>();
    for (int i = 0; i < 25; i++) {
      targets.add(SimulatedDetection.target(i, ON));
    }
    detection.probe(targets);
    detection.lane.advance(600_000);

    List<FakeWire> held = detection.lane.wires().stream().filter(FakeWire::held).toList();
    assertThat(held).hasSize(10);
    // One refusal a minute for each that goes without.
    assertThat(detection.metrics.value(Counter.TRIPWIRES_REFUSED)).isBetween(100L, 250L);
  }

  private SimulatedDetection detection(ProbeOptions options) {
    return SimulatedDetection.of(latency::get, options, 1);
  }

  private static FakeWire onlyWire(SimulatedDetection detection) {
    assertThat(detection.lane.wires()).hasSize(1);
    return detection.lane.wires().getFirst();
  }

  private static long seconds(long seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }
}
