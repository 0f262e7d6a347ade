package detour.failover.selection;

import java.util.OptionalLong;

/// What a selection must know of one endpoint.
///
/// @param healthy override, else verdict, else the rule for what is unknown
/// @param takenOut an operator's DOWN or DRAIN applies: no last resort answers it while there is
///   anything else to answer
/// @param reason why, one sentence without a final full stop
/// @param earliestDecisionNanos when a pending change could be decided, monotonic; empty when none
///   is pending
public record EndpointHealth(
    boolean healthy, boolean takenOut, String reason, OptionalLong earliestDecisionNanos) {
  public boolean pending() {
    return earliestDecisionNanos.isPresent();
  }
}
