package detour.failover.guard;

import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import java.util.List;

/// What speaks for or against this vantage's own sight. Changed by each observation in constant
/// time.
sealed interface Evidence permits Canaries, Destinations {

  /// Takes in a result.
  ///
  /// @return whether it shows that this vantage sees the outside world
  boolean observed(ProbeTarget target, Observation observation);

  /// Whether a failure of this target needs a witness to be believed.
  boolean needsWitness(ProbeTarget target);

  /// Whether enough has passed in probes that started at this moment or later.
  boolean passedSince(long nanos);

  /// Whether so much fails that the fault is likely here.
  ///
  /// @param doubted a decision waits for a witness
  boolean allFails(boolean doubted);

  /// Whom to probe now for a witness; at most so many, others at each call.
  List<ProbeTarget> witnesses(int most);

  /// Whom to probe first once this vantage is believed again: what failed meanwhile.
  List<ProbeTarget> believedAgain();

  /// A target of which nothing waits any more was decided to be down.
  void decidedDown(ProbeTarget target);

  /// In words, as `12 of 12 destinations began to fail`.
  String finding();
}
