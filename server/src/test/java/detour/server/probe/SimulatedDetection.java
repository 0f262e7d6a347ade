package detour.server.probe;

import detour.failover.model.Check;
import detour.failover.model.Health;
import detour.failover.model.ProbeOptions;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Thresholds;
import detour.failover.opinion.Observation;
import detour.failover.opinion.Opinion;
import detour.failover.opinion.OpinionRules;
import detour.server.metrics.Metrics;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.socket.TcpCheck;
import detour.server.publish.Agreed;
import detour.server.publish.Command;
import detour.server.publish.Inbox;
import detour.server.publish.Peers;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// The schedule and the rules of opinion together, in a time that passes when the test says so.
/// Interval 2 s, fast interval 200 ms, timeout 1 s, fall 3.
final class SimulatedDetection implements Inbox {
  static final long TIMEOUT_MILLIS = 1000;

  /// What a probe that starts now meets, in milliseconds: it passes after so long, or fails after
  /// the timeout; [#REFUSED] for at once.
  static final double REFUSED = -1;

  final Metrics metrics = new Metrics();
  final FakeLane lane = new FakeLane(this::answer);
  final List<Long> downMillis = new ArrayList<>();
  private final Map<ProbeTarget, Opinion> opinions = new HashMap<>();
  private final ToDoubleFunction<ProbeTarget> network;
  private final ProbeSchedule schedule;

  SimulatedDetection(ToDoubleFunction<ProbeTarget> network, DescriptorBudget budget, long seed) {
    this.network = network;
    lane.portToHold = OptionalInt.of(80);
    schedule =
        new ProbeSchedule(
            this,
            metrics,
            name -> new CompletableFuture<>(),
            lane::nowNanos,
            new Random(seed),
            List.of(lane),
            budget,
            targets -> {},
            () -> {});
  }

  /// One endpoint, whatever is asked.
  static SimulatedDetection of(DoubleSupplier latencyMillis, ProbeOptions options, long seed) {
    SimulatedDetection simulated =
        new SimulatedDetection(
            target -> latencyMillis.getAsDouble(), new DescriptorBudget(1000, 1000), seed);
    simulated.probe(Set.of(target(1, options)));
    return simulated;
  }

  static ProbeOptions options(boolean earlySuspicion, boolean tripwire) {
    return new ProbeOptions(
        null, null, false, null, ProbeOptions.Addresses.ONE, earlySuspicion, tripwire);
  }

  static ProbeTarget target(int number, ProbeOptions options) {
    Check check =
        new Check(
            "tcp",
            new TcpCheck.Settings(80),
            Duration.ofSeconds(2),
            Duration.ofMillis(200),
            Duration.ofMillis(TIMEOUT_MILLIS),
            Thresholds.DEFAULT,
            options);
    return new ProbeTarget(
        check, Probing.destination("198.18." + number / 250 + "." + number % 250));
  }

  void probe(Set<ProbeTarget> targets) {
    schedule.targets(targets);
  }

  Health health(ProbeTarget target) {
    Opinion opinion = opinions.get(target);
    return opinion == null ? Health.UNKNOWN : opinion.health();
  }

  private FakeLane.@Nullable Answer answer(ProbeTarget target) {
    double millis = network.applyAsDouble(target);
    boolean passes = millis >= 0 && millis < TIMEOUT_MILLIS;
    double took = millis < 0 ? 0.1 : Math.min(millis, TIMEOUT_MILLIS);
    try {
      return new FakeLane.Answer(
          (long) (took * 1e6),
          new ProbeResult(
              passes ? Outcome.PASSED : Outcome.FAILED,
              "",
              List.of(),
              InetAddress.getByName(target.destination().text())));
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void observed(ProbeTarget target, Observation observation) {
    Thresholds thresholds = target.check().thresholds();
    Opinion before =
        opinions.computeIfAbsent(
            target, t -> OpinionRules.initial(thresholds, observation.startNanos()));
    Opinion after = OpinionRules.next(thresholds, before, observation);
    opinions.put(target, after);
    if (before.health() != Health.DOWN && after.health() == Health.DOWN) {
      downMillis.add(TimeUnit.NANOSECONDS.toMillis(lane.nowNanos()));
    }
    if (OpinionRules.pending(before) != OpinionRules.pending(after)) {
      schedule.pending(target, OpinionRules.pending(after));
    }
  }

  @Override
  public void resolved(String hostName, List<InetAddress> addresses) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void peers(Peers.Change change) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Void> command(Command command) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void agreed(Agreed agreed) {
    throw new UnsupportedOperationException();
  }
}
