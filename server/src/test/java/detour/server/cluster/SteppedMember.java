package detour.server.cluster;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import detour.server.cluster.store.SimulatedClient;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.Agreed;
import detour.server.publish.Command;
import detour.server.publish.Inbox;
import detour.server.publish.Latch;
import detour.server.publish.Peers;
import detour.server.publish.Time;
import detour.server.trend.OtherSights.Told;
import detour.server.trend.Sight;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One node's part in a cluster on a simulated store, without anything that decides: a test says
/// what it decided, and sees what it is told.
final class SteppedMember implements Inbox {
  final String name;
  final SimulatedClient client;
  final Participation core;

  /// What it tells of a service, as a record.
  Function<String, byte[]> drawing =
      service -> SightRecords.bounded(new Sight(Instant.EPOCH, "nothing", 0, List.of()));

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final Metrics metrics = new Metrics();
  private final List<Agreed.Latches> latchesTold = new ArrayList<>();
  private final Map<OverridePath, @Nullable OperatorOverride> overrides = new HashMap<>();

  /// @param seed of its chance
  SteppedMember(Membership settings, SimulatedClient client, Time time, long seed) {
    name = settings.node();
    this.client = client;
    core =
        new Participation(
            settings,
            client,
            time,
            this,
            metrics,
            tasks::add,
            new Random(seed),
            ConfigurationListener.NOBODY,
            service -> CompletableFuture.supplyAsync(() -> drawing.apply(service), Runnable::run));
  }

  private long heardRevision;

  /// Does all that is to be done now.
  void turn() {
    core.step();
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
    core.step();
  }

  /// What it shows somebody who looks at a service.
  Told look(String service) {
    return core.look(service).told();
  }

  CompletableFuture<Void> failBack(Latch wanted) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    core.failBack(wanted, answer);
    return answer;
  }

  CompletableFuture<Void> override(String path, @Nullable OperatorOverride override) {
    return override(path, override, SharedOverrides.NOT_JUDGED);
  }

  /// The same, judged by safety rules.
  CompletableFuture<Void> override(
      String path, @Nullable OperatorOverride override, long heardRevision) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    core.override(OverridePath.parse(path), override, heardRevision, answer);
    return answer;
  }

  /// Up to which revision it was told of overrides.
  long heardRevision() {
    return heardRevision;
  }

  /// What it was told of latches, as `pool/epoch by node`, with `whole` before what is everything;
  /// and forgets.
  List<String> latchesTold() {
    List<String> told = new ArrayList<>();
    for (Agreed.Latches latches : latchesTold) {
      if (latches.whole()) {
        told.add("whole");
      }
      latches.latches().forEach(latch -> told.add(text(latch)));
    }
    latchesTold.clear();
    return told;
  }

  static String text(Latch latch) {
    return latch.pool() + "/" + latch.epoch() + " by " + latch.by();
  }

  /// The override that it was told of last; null for none.
  @Nullable OperatorOverride overrideTold(String path) {
    return overrides.get(OverridePath.parse(path));
  }

  long count(Counter counter) {
    return metrics.value(counter);
  }

  @Override
  public void agreed(Agreed agreed) {
    switch (agreed) {
      case Agreed.Latches latches -> latchesTold.add(latches);
      case Agreed.Overrides changed -> {
        heardRevision = changed.revision();
        if (changed.whole()) {
          overrides.clear();
        }
        overrides.putAll(changed.byPath());
      }
    }
  }

  @Override
  public void observed(ProbeTarget target, Observation observation) {
    throw new IllegalStateException("nobody probes here");
  }

  @Override
  public void resolved(String hostName, List<InetAddress> addresses) {
    throw new IllegalStateException("nobody resolves here");
  }

  @Override
  public CompletableFuture<Void> command(Command command) {
    throw new IllegalStateException("nobody commands here");
  }

  @Override
  public void peers(Peers.Change change) {
    // What is known of the others is no matter of these tests.
  }
}
