package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.failover.verdict.EffectiveHealth;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What operators said of endpoints and pools. Changed by the publish thread, which swaps the whole
/// map; any thread may read.
final class Overrides {
  private volatile Map<OverridePath, OperatorOverride> byPath;

  Overrides(Map<OverridePath, OperatorOverride> saved) {
    byPath = Map.copyOf(saved);
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

  /// Those that have run out.
  List<OverridePath> expired(Instant now) {
    return byPath.entrySet().stream()
        .filter(entry -> !EffectiveHealth.applies(entry.getValue(), now))
        .map(Map.Entry::getKey)
        .toList();
  }

  /// When the next one runs out; null when none will.
  @Nullable Instant nextExpiry() {
    Instant next = null;
    for (OperatorOverride override : byPath.values()) {
      Instant expires = override.expires();
      if (expires != null && (next == null || expires.isBefore(next))) {
        next = expires;
      }
    }
    return next;
  }
}
