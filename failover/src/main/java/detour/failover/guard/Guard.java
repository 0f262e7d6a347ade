package detour.failover.guard;

import detour.failover.model.GuardPolicy;
import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import detour.failover.opinion.Opinion;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Whether this vantage may believe its own eyes. Times are monotonic nanoseconds; each call is one
/// step of constant cost, so that a guard over many thousand targets costs nothing.
///
/// A target that seems to be down is believed once something was *seen well*: a probe of a witness
/// passed that started after the target's first failure had ended. Witnesses are the canaries, or
/// where none are configured every other destination. They are asked as soon as a first failure is
/// seen, so they have usually answered before the last failure that confirms.
///
/// | state | what happens | becomes |
/// |---|---|---|
/// | TRUSTING | a DOWN without a witness | the decision waits; witnesses are asked, ever more |
/// | TRUSTING | a witness passes | what waited is decided |
/// | TRUSTING | a decision waits and `share` of what was well fails, or it waits for `window` | IMPAIRED |
/// | TRUSTING | too few canaries are up | IMPAIRED |
/// | IMPAIRED | any result | it is shown and does not count |
/// | IMPAIRED | witnesses pass for `resume_after` without a gap | TRUSTING, failures of before forgotten |
public final class Guard {
  private static final int FIRST_ASKED = 3;
  private static final int ASKED = 8;
  private static final long ASK_EVERY_NANOS = 200_000_000L;
  private static final long ASK_IMPAIRED_EVERY_NANOS = 1_000_000_000L;
  private static final long GAP_NANOS = 2_500_000_000L;
  private static final long NEVER = Long.MAX_VALUE;

  private GuardPolicy policy = GuardPolicy.OFF;
  private @Nullable Evidence evidence;
  private boolean impaired;
  private long sinceNanos;
  private String finding = "";

  /// What waits for a witness wants one that passed since then; meaningful while `wanting`.
  private long wantedNanos;

  private boolean wanting;

  /// Since when a decision waits; NEVER for none.
  private long doubtedNanos = NEVER;

  private long askNanos = NEVER;
  private boolean askedBefore;

  /// While impaired: since when witnesses pass without a gap, and the last pass; NEVER for none.
  private long goodNanos = NEVER;

  private long lastGoodNanos;

  /// Probes that started earlier do not count.
  private long trustedFromNanos = Long.MIN_VALUE;

  /// Trusts everything until it is told what to guard.
  public Guard() {}

  /// Guards these targets from now on; what is known of those that stay is kept.
  ///
  /// @param targets what is probed, and whether it is taken to be well until a result comes
  public void guard(GuardPolicy next, Map<ProbeTarget, Boolean> targets, long nowNanos) {
    boolean sameWitnesses = next.on() == policy.on() && next.canaries().equals(policy.canaries());
    if (!sameWitnesses) {
      calmDown();
      impaired = false;
      sinceNanos = nowNanos;
      trustedFromNanos = Long.MIN_VALUE;
    }
    if (!next.on()) {
      evidence = null;
    } else if (next.canaries().isEmpty()) {
      evidence =
          new Destinations(next, targets, evidence instanceof Destinations before ? before : null);
    } else if (!next.equals(policy)) {
      evidence = new Canaries(next, nowNanos);
    }
    policy = next;
  }

  /// Takes in a result of any target or canary.
  public void observed(ProbeTarget target, Observation observation) {
    Evidence seen = evidence;
    if (seen == null) {
      return;
    }
    boolean good = seen.observed(target, observation);
    long nowNanos = observation.endNanos();
    if (impaired) {
      if (good && observation.startNanos() - sinceNanos >= 0) {
        good(seen, nowNanos);
      }
      return;
    }
    if (wanting && good && seen.passedSince(wantedNanos)) {
      calmDown();
    }
    judge(seen, nowNanos);
  }

  /// Whether a result may change an opinion. None may while this vantage is impaired; afterwards
  /// none may that began before it was believed again.
  public boolean counts(Observation observation) {
    return !impaired && observation.startNanos() >= trustedFromNanos;
  }

  /// A target began to fail: a witness may soon be needed.
  ///
  /// @param failedNanos when its first failure was known
  public void suspected(ProbeTarget target, long failedNanos) {
    Evidence seen = evidence;
    if (seen != null && !impaired && seen.needsWitness(target) && !seen.passedSince(failedNanos)) {
      want(failedNanos);
    }
  }

  /// Whether a target that failed for the last time that it takes is to be believed down. If not,
  /// the caller keeps the result and asks again by [#believes(long)].
  ///
  /// @param failedNanos when its first failure was known
  public boolean believes(ProbeTarget target, long failedNanos, long nowNanos) {
    Evidence seen = evidence;
    if (seen == null || !seen.needsWitness(target) || seen.passedSince(failedNanos)) {
      return true;
    }
    want(failedNanos);
    if (doubtedNanos == NEVER) {
      doubtedNanos = nowNanos;
    }
    judge(seen, nowNanos);
    return false;
  }

  /// A target was decided to be down.
  public void decidedDown(ProbeTarget target) {
    if (evidence != null) {
      evidence.decidedDown(target);
    }
  }

  /// Whether a decision that waits may be made now.
  public boolean believes(long failedNanos) {
    return evidence == null || (!impaired && evidence.passedSince(failedNanos));
  }

  /// Whom to probe now for a witness. To be called at [#nextDueNanos] or later.
  public List<ProbeTarget> due(long nowNanos) {
    Evidence seen = evidence;
    if (seen == null || askNanos - nowNanos > 0) {
      return List.of();
    }
    if (!impaired) {
      judge(seen, nowNanos);
    }
    if (!impaired && doubtedNanos == NEVER && nowNanos - wantedNanos > windowNanos()) {
      // Whatever was suspected takes its time: it asks again when it is to be decided.
      calmDown();
      return List.of();
    }
    askNanos = nowNanos + (impaired ? ASK_IMPAIRED_EVERY_NANOS : ASK_EVERY_NANOS);
    List<ProbeTarget> asked = seen.witnesses(askedBefore ? ASKED : FIRST_ASKED);
    askedBefore = true;
    return asked;
  }

  /// When [#due] has something to say; Long.MAX_VALUE for not before the next result.
  public long nextDueNanos() {
    return askNanos;
  }

  /// Whom to probe at once because this vantage is believed again.
  public List<ProbeTarget> believedAgain() {
    return evidence == null ? List.of() : evidence.believedAgain();
  }

  /// Whether this vantage does not believe what it sees.
  public boolean impaired() {
    return impaired;
  }

  public boolean on() {
    return evidence != null;
  }

  /// Since when it is impaired or not.
  public long sinceNanos() {
    return sinceNanos;
  }

  /// Why it is impaired, as `2 of 2 canaries fail, 1 must pass`; empty while it is not.
  public String finding() {
    return impaired ? finding : "";
  }

  /// What is thought of each canary; empty without any.
  public Map<ProbeTarget, Opinion> canaries() {
    return evidence instanceof Canaries canaries ? canaries.opinions() : Map.of();
  }

  private void want(long failedNanos) {
    if (!wanting || failedNanos - wantedNanos > 0) {
      wantedNanos = failedNanos;
    }
    if (!wanting) {
      wanting = true;
      askNanos = failedNanos;
    }
  }

  private void calmDown() {
    wanting = false;
    doubtedNanos = NEVER;
    askNanos = NEVER;
    askedBefore = false;
  }

  private void judge(Evidence seen, long nowNanos) {
    boolean doubted = doubtedNanos != NEVER;
    boolean waitedLong = doubted && nowNanos - doubtedNanos > windowNanos();
    if (waitedLong || seen.allFails(doubted)) {
      impaired = true;
      sinceNanos = nowNanos;
      finding = seen.finding();
      goodNanos = NEVER;
      calmDown();
      askNanos = nowNanos;
      askedBefore = true;
    }
  }

  private void good(Evidence seen, long nowNanos) {
    if (goodNanos == NEVER || nowNanos - lastGoodNanos > GAP_NANOS) {
      goodNanos = nowNanos;
    }
    lastGoodNanos = nowNanos;
    boolean longEnough = nowNanos - goodNanos >= policy.resumeAfter().toNanos();
    if (longEnough && !(seen instanceof Canaries && seen.allFails(false))) {
      impaired = false;
      sinceNanos = nowNanos;
      trustedFromNanos = nowNanos;
      calmDown();
    }
  }

  private long windowNanos() {
    return policy.window().toNanos();
  }
}
