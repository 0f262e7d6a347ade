package detour.failover.opinion;

import detour.failover.model.Health;
import java.util.OptionalLong;

/// What other checks may ask of a service.
///
/// @param health UP while it has an available pool
/// @param earliestDecisionNanos when that could change, monotonic; empty when nothing is pending
public record ServiceHealth(Health health, OptionalLong earliestDecisionNanos) {
  /// Of a service that was not judged yet.
  public static final ServiceHealth UNKNOWN =
      new ServiceHealth(Health.UNKNOWN, OptionalLong.empty());
}
