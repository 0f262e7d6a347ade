package detour.server.probe;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.ProbeOptions;
import detour.server.metrics.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Interval 2 s, fast interval 200 ms, timeout 1 s, fall 3.
class EarlySuspicionTest {
  private static final ProbeOptions EARLY = SimulatedDetection.options(true, false);
  private static final ProbeOptions PLAIN = SimulatedDetection.options(false, false);
  private static final long HANGS = 60_000;
  private static final long HOUR_MILLIS = 3_600_000;
  private static final long INTERVAL_MILLIS = 2000;

  private final AtomicLong latency = new AtomicLong(5);

  @Test
  void shouldConfirmAHangWithinOneTimeout() {
    SimulatedDetection detection = SimulatedDetection.of(latency::get, EARLY, 1);
    long startMillis = hang(detection);
    detection.lane.advance(3000);

    List<Long> starts = after(detection, startMillis);
    assertThat(starts).startsWith(0L, 100L, 300L, 500L, 700L, 900L);
    // The third of them times out: one timeout, half a fast interval, and a whole one.
    assertThat(detection.downMillis).containsExactly(startMillis + 1300);
    assertThat(detection.metrics.value(Counter.SUSPICIONS)).isEqualTo(1);
    assertThat(detection.metrics.value(Counter.SUSPICIONS_IN_VAIN)).isZero();
  }

  @Test
  void shouldSuspectAsEarlyAfterAnEarlierHangAsBefore() {
    SimulatedDetection detection = SimulatedDetection.of(latency::get, EARLY, 1);
    hang(detection);
    detection.lane.advance(10_000);
    // What had queued up meanwhile is answered late, while the endpoint comes back.
    latency.set(900);
    detection.lane.advance(4000);
    latency.set(5);
    detection.downMillis.clear();
    long startMillis = hang(detection);
    detection.lane.advance(3000);

    assertThat(detection.downMillis).containsExactly(startMillis + 1300);
  }

  @Test
  void shouldTakeTheTimeoutsOneAfterTheOtherWithoutIt() {
    SimulatedDetection detection = SimulatedDetection.of(latency::get, PLAIN, 1);
    long startMillis = hang(detection);
    detection.lane.advance(4000);

    assertThat(detection.downMillis).containsExactly(startMillis + 2200);
    assertThat(detection.metrics.value(Counter.SUSPICIONS)).isZero();
  }

  @Test
  void shouldForgetTheSuspicionWhenTheProbeIsAnsweredAfterAll() {
    SimulatedDetection detection = SimulatedDetection.of(latency::get, EARLY, 1);
    detection.lane.advance(20_000);
    latency.set(450);
    long startMillis = nextStart(detection);
    latency.set(HANGS);
    detection.lane.advance(449);
    latency.set(5);
    assertThat(after(detection, startMillis)).containsExactly(0L, 100L, 300L);
    detection.lane.advance(10_000);

    // The two that hung meanwhile are failures, but later probes have passed.
    assertThat(detection.downMillis).isEmpty();
    assertThat(detection.metrics.value(Counter.SUSPICIONS_IN_VAIN)).isEqualTo(1);
  }

  @Test
  void shouldStopConfirmingOnceALaterProbeHasPassed() {
    SimulatedDetection detection = SimulatedDetection.of(latency::get, EARLY, 1);
    detection.lane.advance(20_000);
    latency.set(HANGS);
    long startMillis = nextStart(detection);
    latency.set(5);
    detection.lane.advance(10_500);

    assertThat(after(detection, startMillis))
        .containsExactly(0L, 100L, 2000L, 4000L, 6000L, 8000L, 10_000L);
    assertThat(detection.downMillis).isEmpty();
  }

  @Test
  void shouldNotSuspectBeforeTheLatencyIsKnown() {
    latency.set(HANGS);
    SimulatedDetection detection = SimulatedDetection.of(latency::get, EARLY, 1);
    nextStart(detection);
    detection.lane.advance(950);

    assertThat(detection.lane.started()).hasSize(1);
  }

  @Test
  void shouldNotSuspectAnEndpointThatIsDown() {
    SimulatedDetection detection = SimulatedDetection.of(latency::get, EARLY, 1);
    hang(detection);
    detection.lane.advance(10_000);
    int before = detection.lane.started().size();
    detection.lane.advance(20_000);

    assertThat(detection.lane.started().size() - before).isEqualTo(10);
  }

  @Test
  void shouldNotBlameTheEndpointForItsOwnStall() {
    SimulatedDetection detection = SimulatedDetection.of(latency::get, EARLY, 1);
    detection.lane.advance(20_000);
    nextStart(detection);
    detection.lane.stall(400);
    detection.lane.advance(0);

    assertThat(detection.metrics.value(Counter.SUSPICIONS)).isZero();
  }

  @Test
  void shouldNotSuspectWhileItsOwnLaneIsSlow() {
    SimulatedDetection detection =
        new SimulatedDetection(target -> latency.get(), new DescriptorBudget(1000, 1000), 1);
    detection.probe(
        IntStream.range(0, 200)
            .mapToObj(number -> SimulatedDetection.target(number, EARLY))
            .collect(Collectors.toSet()));
    detection.lane.advance(20_000);
    latency.set(HANGS);
    for (int turn = 0; turn < 18; turn++) {
      detection.lane.stall(40);
      detection.lane.advance(10);
    }

    assertThat(detection.metrics.value(Counter.SUSPICIONS)).isZero();
  }

  @Test
  void shouldSuspectAgainOnceItsLaneKeepsUp() {
    SimulatedDetection detection = SimulatedDetection.of(latency::get, EARLY, 1);
    detection.lane.advance(20_000);
    detection.lane.stall(400);
    detection.lane.advance(5_000);
    hang(detection);
    detection.lane.advance(500);

    assertThat(detection.metrics.value(Counter.SUSPICIONS)).isEqualTo(1);
  }

  @Test
  void shouldNotSuspectWhereHangingIsAPass() {
    ProbeOptions inverted = new ProbeOptions(null, null, true, null, ProbeOptions.Addresses.ONE);
    SimulatedDetection detection = SimulatedDetection.of(latency::get, inverted, 1);
    hang(detection);
    detection.lane.advance(3000);

    assertThat(detection.metrics.value(Counter.SUSPICIONS)).isZero();
    assertThat(detection.lane.wires()).isEmpty();
  }

  @ParameterizedTest(name = "{0} of the packets lost, {1} ms, spread {2}: at most {3} extra probes")
  @CsvSource({
    "0.00,  20, 0.5, 0.03",
    "0.00, 100, 1.0, 0.03",
    "0.01,  20, 0.5, 0.04",
    "0.01, 100, 1.0, 0.04",
    "0.05,  20, 0.5, 0.05",
    "0.05, 100, 1.0, 0.05",
  })
  void shouldProbeAHealthyEndpointHardlyMoreAndNeverTakeItDown(
      double loss, double medianMillis, double spread, double extraShareMax) {
    long early = 0;
    for (int seed = 1; seed <= 10; seed++) {
      SimulatedDetection detection = anHour(loss, medianMillis, spread, EARLY, seed);
      assertThat(detection.downMillis).isEmpty();
      early += detection.lane.started().size();
    }
    long plain = 0;
    for (int seed = 1; seed <= 10; seed++) {
      plain += anHour(loss, medianMillis, spread, PLAIN, seed).lane.started().size();
    }
    assertThat((double) early / plain - 1).isLessThan(extraShareMax);
  }

  private static SimulatedDetection anHour(
      double loss, double medianMillis, double spread, ProbeOptions options, long seed) {
    SimulatedDetection detection =
        SimulatedDetection.of(new LossyNetwork(loss, medianMillis, spread, seed), options, seed);
    detection.lane.advance(HOUR_MILLIS);
    return detection;
  }

  /// Lets the endpoint hang after 20 s; returns when the first probe that meets it started.
  private long hang(SimulatedDetection detection) {
    detection.lane.advance(20_000);
    latency.set(HANGS);
    return nextStart(detection);
  }

  private static long nextStart(SimulatedDetection detection) {
    int before = detection.lane.started().size();
    for (int i = 0; i <= INTERVAL_MILLIS && detection.lane.started().size() == before; i++) {
      detection.lane.advance(1);
    }
    return detection.lane.startedMillis().getLast();
  }

  private static List<Long> after(SimulatedDetection detection, long sinceMillis) {
    List<Long> starts = new ArrayList<>();
    for (long start : detection.lane.startedMillis()) {
      if (start >= sinceMillis) {
        starts.add(start - sinceMillis);
      }
    }
    return starts;
  }
}
