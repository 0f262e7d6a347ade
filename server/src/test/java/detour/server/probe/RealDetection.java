package detour.server.probe;

import detour.failover.model.Check;
import detour.failover.model.CheckSettings;
import detour.failover.model.Health;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Thresholds;
import detour.failover.opinion.Observation;
import detour.failover.opinion.Opinion;
import detour.failover.opinion.OpinionRules;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.probe.kinds.ProbeKinds;
import detour.server.publish.Agreed;
import detour.server.publish.Command;
import detour.server.publish.Inbox;
import detour.server.publish.Peers;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Real probes of one endpoint and the rules of opinion. Interval 1 s, fast interval 300 ms unless
/// said otherwise, timeout 1 s, fall 3.
final class RealDetection implements Inbox, AutoCloseable {
  final Metrics metrics = new Metrics();
  private final ProbeTarget target;
  private final ProbeSchedule schedule;
  private @Nullable Opinion opinion;
  private int downs;
  private int failures;

  RealDetection(String kind, CheckSettings settings, String address) {
    this(kind, settings, address, Duration.ofMillis(300));
  }

  RealDetection(String kind, CheckSettings settings, String address, Duration fastInterval) {
    Check check =
        new Check(
            kind,
            settings,
            Duration.ofSeconds(1),
            fastInterval,
            Duration.ofSeconds(1),
            Thresholds.DEFAULT);
    target = new ProbeTarget(check, Probing.destination(address));
    schedule =
        new ProbeSchedule(
            this,
            metrics,
            ProbeKinds.ALL,
            new SystemResolver(Duration.ofSeconds(5)),
            System::nanoTime,
            1,
            new DescriptorBudget(100, 100));
    schedule.targets(Set.of(target));
  }

  synchronized Health health() {
    return opinion == null ? Health.UNKNOWN : opinion.health();
  }

  /// How often it went down.
  synchronized int downs() {
    return downs;
  }

  synchronized int failures() {
    return failures;
  }

  long count(Counter counter) {
    return metrics.value(counter);
  }

  @Override
  public synchronized void observed(ProbeTarget seen, Observation observation) {
    Thresholds thresholds = target.check().thresholds();
    Opinion before =
        opinion == null ? OpinionRules.initial(thresholds, observation.startNanos()) : opinion;
    Opinion after = OpinionRules.next(thresholds, before, observation);
    opinion = after;
    failures += observation.passed() ? 0 : 1;
    downs += before.health() != Health.DOWN && after.health() == Health.DOWN ? 1 : 0;
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

  @Override
  public void close() {
    schedule.close();
  }
}
