package detour.failover.opinion;

import detour.failover.model.Thresholds;
import detour.failover.opinion.Observation.Result;

/// Whether one target passes with warnings, debounced: apart from whether it is up or down.
///
/// | degraded | result | becomes |
/// |---|---|---|
/// | no | the `fall`th pass with a warning in a row | yes |
/// | yes | the plain pass that makes as many in a row as the greater of `fall` and `rise` | no |
/// | either | a pass of the present kind | the same, the count begins anew |
/// | either | a failure | the same: failures are counted towards DOWN |
///
/// A single slow answer therefore moves no traffic, and an endpoint at the edge does not come and
/// go. Results of probes that started before one that was counted are left out: what is slow
/// arrives late.
///
/// @param against passes in a row that speak for a change
/// @param newestStartNanos start of the newest probe that was counted, monotonic
/// @param warning of the last pass that had one; empty when none had
public record Degradation(boolean degraded, int against, long newestStartNanos, String warning) {
  public static final Degradation NONE = new Degradation(false, 0, Long.MIN_VALUE, "");

  /// After one more result.
  public Degradation next(Thresholds thresholds, Observation observation) {
    if (!observation.passed() || observation.startNanos() < newestStartNanos) {
      return this;
    }
    boolean warned = observation.result() == Result.DEGRADED;
    String text = warned ? observation.detail() : warning;
    int count = warned == degraded ? 0 : against + 1;
    int needed = degraded ? Math.max(thresholds.fall(), thresholds.rise()) : thresholds.fall();
    boolean turns = count >= needed;
    return new Degradation(degraded != turns, turns ? 0 : count, observation.startNanos(), text);
  }
}
