package detour.server.publish;

import detour.dns.answer.AnswerTable;
import detour.failover.model.GuardPolicy;
import detour.failover.model.Model;
import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Service;
import detour.failover.model.VerdictPolicy;
import detour.failover.opinion.Observation;
import detour.server.metrics.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A publish loop without its thread: who holds it takes its turns.
public final class SteppedPublish {
  private final PublishLoop loop;
  private final Time time;
  private final Map<String, ProbeTarget> targets = new HashMap<>();
  private @Nullable Decided decided;

  /// What survives a restart, and lies on no disk.
  public static final class Disk {
    private final MemoryJournal journal = new MemoryJournal();

    /// What happened, as `time kind subject: from -> to (reason)`, oldest first.
    public List<String> history() {
      return journal.events().stream()
          .map(event -> event.at() + " " + PublishWorld.text(event) + " (" + event.reason() + ")")
          .toList();
    }

    /// While not null, nothing can be written, and this is why.
    public void failWith(@Nullable String reason) {
      journal.failWith(reason);
    }
  }

  /// What is configured.
  ///
  /// @param canaries destinations; empty for none
  public record Configured(
      VerdictPolicy policy, boolean guarded, List<String> canaries, List<Declared> services) {
    Model model(String vantage) {
      List<Service> all = new ArrayList<>();
      services.forEach(each -> all.add(each.service()));
      GuardPolicy usual = guarded ? GuardPolicy.DEFAULT : GuardPolicy.OFF;
      GuardPolicy guard =
          new GuardPolicy(
              usual.on(),
              canaries.stream().map(Declared::target).toList(),
              usual.quorum(),
              usual.window(),
              usual.sharePercent(),
              usual.minTargets(),
              usual.resumeAfter());
      return new Model(vantage, policy, all, guard);
    }
  }

  private SteppedPublish(PublishLoop loop, Time time) {
    this.loop = loop;
    this.time = time;
  }

  /// A node without a guard.
  public static SteppedPublish of(
      Time time,
      Disk disk,
      Cluster cluster,
      String vantage,
      VerdictPolicy policy,
      List<Declared> services) {
    return of(time, disk, cluster, vantage, new Configured(policy, false, List.of(), services));
  }

  /// Decides for the first time, from what is on the disk.
  public static SteppedPublish of(
      Time time, Disk disk, Cluster cluster, String vantage, Configured configured) {
    LoadedConfiguration configuration = Declared.configuration(configured.model(vantage));
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
    observed(Map.of(destination, passed));
  }

  /// @param passed by destination
  public void observed(Map<String, Boolean> passed) {
    long now = time.nowNanos();
    List<Inbox.Observed> results = new ArrayList<>(passed.size());
    passed.forEach((destination, passes) ->
        results.add(
            new Inbox.Observed(
                targets.computeIfAbsent(destination, Declared::target),
                new Observation(
                    passes, passes ? "200 OK" : "connection refused", now - 1_000_000, now))));
    loop.observed(results);
  }

  public CompletableFuture<Void> setOverride(
      String path, OperatorOverride.State state, @Nullable Duration lasts) {
    return loop.command(
        new Command.SetOverride(OverridePath.parse(path), state, "a test", lasts, "ann"));
  }

  /// Something that ends by itself, and may begin later.
  ///
  /// @param begins null for at once
  public CompletableFuture<Void> announce(
      String path, OperatorOverride.Purpose purpose, @Nullable Duration begins, Duration lasts) {
    return loop.command(
        new Command.SetOverride(
            OverridePath.parse(path),
            OperatorOverride.State.DOWN,
            "a test",
            begins == null ? null : time.now().plus(begins),
            lasts,
            purpose,
            false,
            "ann"));
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

  /// The same object for as long as nothing is judged anew.
  public Decided decided() {
    Decided now = Decided.of(loop.directory(), decided);
    decided = now;
    return now;
  }

  /// Under what the opinion of a target is saved.
  public static String targetKey(String destination) {
    return TargetKey.of(Declared.target(destination));
  }
}
