package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What operators said of endpoints and pools. Changed by the publish thread, which swaps the whole
/// map; any thread may read.
final class Overrides {
  private volatile Map<OverridePath, OperatorOverride> byPath;

  /// When an operator last changed something, by its path. Publish thread only.
  private final Map<OverridePath, Instant> changed = new HashMap<>();

  Overrides(Journal.Saved saved) {
    byPath = Map.copyOf(saved.overrides());
    changed.putAll(saved.operatorChanges());
  }

  /// Takes note of a change by an operator, at this node or another.
  ///
  /// @return when the path was changed last
  Instant changed(OverridePath path, Instant at) {
    return changed.merge(path, at, (a, b) -> a.isAfter(b) ? a : b);
  }

  /// When an operator last changed a pool, an endpoint, or part of it; null for never.
  @Nullable Instant changedLast(OverridePath member) {
    return changed.entrySet().stream()
        .filter(change -> change.getKey().meets(member))
        .map(Map.Entry::getValue)
        .max(Instant::compareTo)
        .orElse(null);
  }

  @Nullable OperatorOverride of(OverridePath path) {
    return byPath.get(path);
  }

  Map<OverridePath, OperatorOverride> all() {
    return byPath;
  }

  /// The override of the endpoint's pool as a whole.
  @Nullable OperatorOverride ofPool(OverridePath endpoint) {
    return byPath.get(new OverridePath(endpoint.service(), endpoint.pool(), null));
  }

  void set(OverridePath path, OperatorOverride override) {
    Map<OverridePath, OperatorOverride> next = new HashMap<>(byPath);
    next.put(path, override);
    byPath = Map.copyOf(next);
  }

  void clear(OverridePath path) {
    Map<OverridePath, OperatorOverride> next = new HashMap<>(byPath);
    next.remove(path);
    byPath = Map.copyOf(next);
  }

  /// When one of them next begins or ends; null when none will.
  @Nullable Instant nextTurn(Instant after) {
    Instant next = null;
    for (OperatorOverride override : byPath.values()) {
      Instant turn = override.nextTurn(after);
      if (turn != null && (next == null || turn.isBefore(next))) {
        next = turn;
      }
    }
    return next;
  }
}
