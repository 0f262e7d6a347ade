package detour.failover.guard;

import static detour.failover.model.Health.DOWN;

import detour.failover.model.GuardPolicy;
import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import detour.failover.opinion.Opinion;
import detour.failover.opinion.OpinionRules;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Canaries alone decide: this vantage sees while `quorum` of them pass.
final class Canaries implements Evidence {
  private final int quorum;
  private final Map<ProbeTarget, Opinion> opinions = new LinkedHashMap<>();

  Canaries(GuardPolicy policy, long nowNanos) {
    quorum = Math.clamp(policy.quorum(), 1, policy.canaries().size());
    for (ProbeTarget canary : policy.canaries()) {
      opinions.put(canary, OpinionRules.initial(canary.check().thresholds(), nowNanos));
    }
  }

  Map<ProbeTarget, Opinion> opinions() {
    return Map.copyOf(opinions);
  }

  @Override
  public boolean observed(ProbeTarget target, Observation observation) {
    Opinion before = opinions.get(target);
    if (before == null) {
      return false;
    }
    opinions.put(target, OpinionRules.next(target.check().thresholds(), before, observation));
    return observation.passed()
        && opinions.values().stream().filter(Canaries::newestPassed).count() >= quorum;
  }

  @Override
  public boolean needsWitness(ProbeTarget target) {
    return true;
  }

  @Override
  public boolean passedSince(long nanos) {
    return opinions.values().stream().filter(opinion -> passedSince(opinion, nanos)).count()
        >= quorum;
  }

  @Override
  public boolean allFails(boolean doubted) {
    return opinions.values().stream().filter(opinion -> opinion.health() != DOWN).count() < quorum;
  }

  @Override
  public List<ProbeTarget> witnesses(int most) {
    // They are few, and each has a say.
    return List.copyOf(opinions.keySet());
  }

  @Override
  public List<ProbeTarget> believedAgain() {
    return List.of();
  }

  @Override
  public void decidedDown(ProbeTarget target) {
    // Endpoints say nothing about canaries.
  }

  @Override
  public String finding() {
    long down = opinions.values().stream().filter(opinion -> opinion.health() == DOWN).count();
    return "%d of %d canaries fail, %d must pass".formatted(down, opinions.size(), quorum);
  }

  private static boolean passedSince(Opinion opinion, long nanos) {
    Observation pass = opinion.newestPass();
    return pass != null && pass.startNanos() - nanos >= 0;
  }

  private static boolean newestPassed(Opinion opinion) {
    Observation failure = opinion.newestFailure();
    return opinion.newestPass() != null
        && (failure == null || passedSince(opinion, failure.startNanos()));
  }
}
