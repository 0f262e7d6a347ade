package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.publish.Journal.Change;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Overrides that are in force although they could not be written to disk, until a later attempt
/// succeeds. Their operators were told so.
///
/// Changed by the publish thread; any thread may read the paths.
final class UnsavedOverrides {
  private static final long RETRY_NANOS = 5_000_000_000L;
  private static final int EVENTS_KEPT = 1_000;

  private final List<Change> events = new ArrayList<>();
  private volatile Set<OverridePath> paths = Set.of();
  private long retryAtNanos = Long.MAX_VALUE;

  /// What they are of.
  Set<OverridePath> paths() {
    return paths;
  }

  /// When to try again; Long.MAX_VALUE for never.
  long retryAtNanos() {
    return retryAtNanos;
  }

  /// Takes over the overrides of changes that could not be saved, and the events among them, which
  /// the journal dropped with them. What has no override in it the journal itself saves later.
  void keep(List<Change> failed, long nowNanos) {
    Set<OverridePath> next = new LinkedHashSet<>(paths);
    failed.forEach(change -> {
      switch (change) {
        case Change.OverrideSet(var path, var _) -> next.add(path);
        case Change.OverrideCleared(var path) -> next.add(path);
        case Change.Event _,
            Change.Selection _,
            Change.Opinion _,
            Change.Epoch _,
            Change.OperatorChanged _ -> {}
      }
    });
    if (!isPromise(failed)) {
      return;
    }
    failed.stream().filter(Change.Event.class::isInstance).forEach(events::add);
    events.subList(0, Math.max(0, events.size() - EVENTS_KEPT)).clear();
    paths = Set.copyOf(next);
    retryAtNanos = nowNanos + RETRY_NANOS;
  }

  /// All that is to be saved, as things stand. Nothing is kept then: what fails again must be given
  /// to [#keep] again.
  List<Change> take(Overrides overrides) {
    List<Change> changes = new ArrayList<>(events);
    for (OverridePath path : paths) {
      OperatorOverride override = overrides.of(path);
      changes.add(
          override == null
              ? new Change.OverrideCleared(path)
              : new Change.OverrideSet(path, override));
    }
    events.clear();
    paths = Set.of();
    retryAtNanos = Long.MAX_VALUE;
    return changes;
  }

  /// Whether an operator waits for these to be on disk.
  static boolean isPromise(List<Change> changes) {
    return changes.stream()
        .anyMatch(c -> c instanceof Change.OverrideSet || c instanceof Change.OverrideCleared);
  }
}
