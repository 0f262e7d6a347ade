package detour.failover.opinion;

import detour.failover.model.Thresholds;

/// One result applied to one opinion, by the rules that [OpinionRules] states.
final class OpinionStep {
  private final Thresholds thresholds;
  private final Opinion before;
  private final Observation observation;

  OpinionStep(Thresholds thresholds, Opinion before, Observation observation) {
    this.thresholds = thresholds;
    this.before = before;
    this.observation = observation;
  }

  Opinion result() {
    return thresholds.fall() > 0 && observation.passed() ? before : before;
  }
}
