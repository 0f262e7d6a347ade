package detour.server.store;

import detour.server.publish.Journal.Change;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What waits to be written, in bounded memory however long the disk fails.
///
/// Selections, opinions and the times of operators' changes are decisions: they stand whether they
/// are on disk or not, so the latest of each is kept until it is written. Overrides are promises to
/// an operator: one that could not be written was refused, and must not appear later.
final class Pending {
  /// One call of `save` without its decisions.
  private record Group(List<Change> changes, CompletableFuture<Void> done) {
    boolean isPromise() {
      return changes.stream().anyMatch(change -> !(change instanceof Change.Event));
    }
  }

  private final Map<String, Change> decisions = new LinkedHashMap<>();
  private final List<Change> lateEvents = new ArrayList<>();
  private final List<Group> groups = new ArrayList<>();
  private int size;

  /// How many changes wait whose outcome someone waits for.
  int size() {
    return size;
  }

  boolean isEmpty() {
    return decisions.isEmpty() && lateEvents.isEmpty() && groups.isEmpty();
  }

  boolean isAwaited() {
    return !groups.isEmpty();
  }

  void add(List<Change> changes, CompletableFuture<Void> done) {
    addDecisions(changes);
    groups.add(new Group(changes.stream().filter(change -> key(change) == null).toList(), done));
    size += changes.size();
  }

  /// Keeps what stands although it was not accepted.
  void addDecisions(List<Change> changes) {
    for (Change change : changes) {
      String key = key(change);
      if (key != null) {
        decisions.put(key, change);
      }
    }
  }

  /// All there is to write, in order.
  List<Change> changes() {
    List<Change> changes = new ArrayList<>(decisions.values());
    changes.addAll(lateEvents);
    groups.forEach(group -> changes.addAll(group.changes));
    return changes;
  }

  /// Takes over what stands of `failed`, which was taken earlier and could not be written. Of
  /// events, as many of the newest as `eventLimit`.
  void keep(Pending failed, int eventLimit) {
    failed.decisions.forEach(decisions::putIfAbsent);
    List<Change> events = new ArrayList<>(failed.lateEvents);
    for (Group group : failed.groups) {
      if (!group.isPromise()) {
        events.addAll(group.changes);
      }
    }
    events.addAll(lateEvents);
    lateEvents.clear();
    lateEvents.addAll(events.subList(Math.max(0, events.size() - eventLimit), events.size()));
  }

  void complete() {
    groups.forEach(group -> group.done.complete(null));
  }

  void fail(StoreException reason) {
    groups.forEach(group -> group.done.completeExceptionally(reason));
  }

  /// What a decision is about; null for all else.
  private static @Nullable String key(Change change) {
    return switch (change) {
      case Change.Selection(var selection) -> "selection " + selection.key();
      case Change.Opinion(var opinion) -> "opinion " + opinion.target();
      case Change.Epoch(var which, long _) -> "epoch " + which;
      case Change.OperatorChanged(var path, var _) -> "operator change " + path;
      case Change.OverrideSet _, Change.OverrideCleared _, Change.Event _ -> null;
    };
  }
}
