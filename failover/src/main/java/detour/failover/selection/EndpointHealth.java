package detour.failover.selection;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What a selection must know of one endpoint.
///
/// @param healthy override, else verdict, else the rule for what is unknown
/// @param takenOut an operator's DOWN or DRAIN applies: no last resort answers it while there is
///   anything else to answer
/// @param reason why, one sentence without a final full stop
/// @param warning it can serve, but others are to be preferred; null for no warning
/// @param earliestDecisionNanos when a pending change could be decided, monotonic; empty when none
///   is pending
public record EndpointHealth(
    boolean healthy,
    boolean takenOut,
    String reason,
    @Nullable String warning,
    OptionalLong earliestDecisionNanos) {
  /// Health without a warning.
  public EndpointHealth(
      boolean healthy, boolean takenOut, String reason, OptionalLong earliestDecisionNanos) {
    this(healthy, takenOut, reason, null, earliestDecisionNanos);
  }

  /// Whether it is healthy, and others are to be preferred.
  public boolean degraded() {
    return healthy && warning != null;
  }

  public boolean pending() {
    return earliestDecisionNanos.isPresent();
  }
}
