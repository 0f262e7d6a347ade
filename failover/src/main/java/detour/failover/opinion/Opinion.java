package detour.failover.opinion;

import detour.failover.model.Health;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One vantage's debounced view of one target. Times are monotonic nanoseconds.
///
/// @param stale restored from an earlier run and not yet confirmed by a result; health counts as
///   usual
/// @param consecutivePasses passes since the last failure; those that a DOWN target recovers by are
///   counted in order of start
/// @param consecutiveFailures failures since the last pass, in the same way
/// @param changeStarts starts of the results that speak against `health` and that no later probe
///   has contradicted, oldest first: failures in UP and UNKNOWN, passes in DOWN
/// @param totalFailures failures not yet forgiven, for `fall_total`; 0 while that rule is off
/// @param cleanRun passes in a row since the last failure that arrived; at most `forgive`
/// @param downTimes when it went DOWN the last time, and before that within `flap_window`; oldest
///   first
/// @param riseNeeded passes in a row that take it from DOWN to UP, after damping
/// @param sinceNanos since when `health` holds
/// @param newestPass the pass whose probe started last
/// @param newestFailure the failure whose probe started last
/// @param last the result that arrived last
public record Opinion(
    Health health,
    boolean stale,
    int consecutivePasses,
    int consecutiveFailures,
    List<Long> changeStarts,
    int totalFailures,
    int cleanRun,
    List<Long> downTimes,
    int riseNeeded,
    long sinceNanos,
    @Nullable Observation newestPass,
    @Nullable Observation newestFailure,
    @Nullable Observation last) {

  public Opinion {
    changeStarts = List.copyOf(changeStarts);
    downTimes = List.copyOf(downTimes);
  }
}
