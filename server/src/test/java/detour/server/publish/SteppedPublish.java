package detour.server.publish;

import detour.dns.answer.AnswerTable;
import detour.failover.model.Model;
import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.failover.model.Service;
import detour.failover.model.VerdictPolicy;
import detour.failover.opinion.Observation;
import detour.server.metrics.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A publish loop without its thread: who holds it takes its turns.
public final class SteppedPublish {
  private final PublishLoop loop;
  private final Time time;

  /// What survives a restart, and lies on no disk.
  public static final class Disk {
    private final MemoryJournal journal = new MemoryJournal();

    /// What happened, as `time kind subject: from -> to (reason)`, oldest first.
    public List<String> history() {
      return journal.events().stream()
          .map(event -> event.at() + " " + PublishWorld.text(event) + " (" + event.reason() + ")")
          .toList();
    }
  }

  private SteppedPublish(PublishLoop loop, Time time) {
    this.loop = loop;
    this.time = time;
  }

  /// Decides for the first time, from what is on the disk.
  public static SteppedPublish of(
      Time time,
      Disk disk,
      Cluster cluster,
      String vantage,
      VerdictPolicy policy,
      List<Declared> declared) {
    List<Service> services = new ArrayList<>();
    declared.forEach(each -> services.add(each.service()));
    LoadedConfiguration alone = Declared.configuration(services);
    LoadedConfiguration configuration =
        new LoadedConfiguration(
            alone.file(), new Model(vantage, policy, services), alone.zones(), List.of());
    PublishLoop loop =
        new PublishLoop(
            time,
            disk.journal,
            new Metrics(),
            cluster,
            () -> {
              throw new ConfigurationRefused(List.of("nothing to load"));
            },
            configuration);
    return new SteppedPublish(loop, time);
  }

  public void begin() {
    loop.startStepped(ProbeControl.NONE);
  }

  /// See [PublishLoop#turn].
  public long turn() {
    try {
      return loop.turn();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a test", e);
    }
  }

  public Inbox inbox() {
    return loop;
  }

  public void observed(String destination, boolean passed) {
    long now = time.nowNanos();
    loop.observed(
        Declared.target(destination),
        new Observation(passed, passed ? "200 OK" : "connection refused", now - 1_000_000, now));
  }

  public CompletableFuture<Void> setOverride(
      String path, OperatorOverride.State state, @Nullable Duration lasts) {
    return loop.command(
        new Command.SetOverride(OverridePath.parse(path), state, "a test", lasts, "ann"));
  }

  public CompletableFuture<Void> clearOverride(String path) {
    return loop.command(new Command.ClearOverride(OverridePath.parse(path), "ann"));
  }

  public CompletableFuture<Void> approveFailback(String service) {
    return loop.command(new Command.ApproveFailback(service, "ann"));
  }

  public PublishedState state() {
    return loop.state();
  }

  public AnswerTable table() {
    return loop.table();
  }

  /// Under what the opinion of a target is saved.
  public static String targetKey(String destination) {
    return TargetKey.of(Declared.target(destination));
  }
}
