package detour.failover.opinion;

import static detour.failover.model.Health.DOWN;
import static detour.failover.model.Health.UNKNOWN;
import static detour.failover.model.Health.UP;

import detour.failover.model.Check;
import detour.failover.model.Health;
import detour.failover.model.Thresholds;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How results become an opinion.
///
/// | health | result | becomes |
/// |---|---|---|
/// | UNKNOWN | pass | UP |
/// | UNKNOWN, UP | the `fall`th failure in a row | DOWN |
/// | UNKNOWN, UP | the `fall_total`th failure that no `forgive` passes in a row cleared | DOWN |
/// | DOWN | the `rise`th pass in a row, `rise` doubled by damping | UP |
///
/// **Order.** While a change is pending, probes overlap, and a probe that hangs ends after probes
/// that started later. So "in a row" is counted in order of start, never of arrival: a failure
/// counts unless a pass started at the same time or later, and a pass clears only the failures that
/// started no later than it did. DOWN mirrors this: a pass counts unless a failure started at the
/// same time or later, and a failure clears only the passes that started no later than it did. Thus
/// a timeout that comes in after a later probe has passed takes nothing down, and a slow pass that
/// was sent before an endpoint died does not hide its death. `fall_total` is about how many
/// failures there were and not about their order: it counts such a late failure too.
///
/// **Damping.** A DOWN that follows others within `flap_window` needs `rise` doubled once for each
/// of them, up to `flap_limit`. The first is no flap and needs plain `rise`.
///
/// **A restored opinion** behaves as the health it was restored with, counters at zero: one stray
/// result after a restart changes no health, exactly as before the restart. It is only marked stale
/// until that result.
public final class OpinionRules {
  private OpinionRules() {}

  /// Nothing is known of the target.
  public static Opinion initial(Thresholds thresholds, long nowNanos) {
    return fresh(thresholds, UNKNOWN, nowNanos);
  }

  /// As it was when it was saved; stale until the first result.
  ///
  /// @param sinceNanos since when that health holds, on the clock of the decisions
  public static Opinion restored(Thresholds thresholds, Health health, long sinceNanos) {
    return fresh(thresholds, health, sinceNanos);
  }

  /// The opinion after one more result.
  public static Opinion next(Thresholds thresholds, Opinion opinion, Observation observation) {
    return new OpinionStep(thresholds, opinion, observation).result();
  }

  /// The opinion with no change in the air: results that were not to be trusted are forgotten.
  public static Opinion forgetting(Opinion opinion) {
    return new Opinion(
        opinion.health(),
        opinion.stale(),
        0,
        0,
        List.of(),
        0,
        0,
        opinion.downTimes(),
        opinion.riseNeeded(),
        opinion.sinceNanos(),
        opinion.newestPass(),
        opinion.newestFailure(),
        opinion.last());
  }

  /// Whether a change is in the air: a failure was seen in UP or UNKNOWN, or a pass in DOWN, and
  /// nothing later contradicts it. Then the target deserves probes every `fast_interval`.
  ///
  /// UNKNOWN with nothing seen is not pending: the first pass decides it, so confirming probes have
  /// nothing to confirm, and after a start they would multiply the load of every target at once.
  public static boolean pending(Opinion opinion) {
    return !opinion.changeStarts().isEmpty();
  }

  /// The earliest moment at which health could change, if every result still needed comes at once
  /// from probes that start as early as the schedule allows; never before `nowNanos`, and never
  /// later than the change itself.
  public static long earliestDecisionNanos(Check check, Opinion opinion, long nowNanos) {
    Observation newest = newest(opinion);
    if (newest == null) {
      return nowNanos;
    }
    Duration first = pending(opinion) ? check.fastInterval() : check.interval();
    long further = resultsNeeded(check.thresholds(), opinion) - 1L;
    long decision =
        newest.startNanos() + first.toNanos() + further * check.fastInterval().toNanos();
    return decision - nowNanos > 0 ? decision : nowNanos;
  }

  /// How many results of the kind that speaks against the present health would change it; at least
  /// 1.
  public static int resultsNeeded(Thresholds thresholds, Opinion opinion) {
    int needed =
        switch (opinion.health()) {
          case UNKNOWN -> 1;
          case DOWN -> opinion.riseNeeded() - opinion.changeStarts().size();
          case UP -> failuresNeeded(thresholds, opinion);
        };
    return Math.max(1, needed);
  }

  private static int failuresNeeded(Thresholds thresholds, Opinion opinion) {
    int inARow = thresholds.fall() - opinion.changeStarts().size();
    return thresholds.fallTotal() == 0
        ? inARow
        : Math.min(inARow, thresholds.fallTotal() - opinion.totalFailures());
  }

  private static @Nullable Observation newest(Opinion opinion) {
    Observation pass = opinion.newestPass();
    Observation failure = opinion.newestFailure();
    if (pass == null || failure == null) {
      return pass == null ? failure : pass;
    }
    return pass.startNanos() - failure.startNanos() > 0 ? pass : failure;
  }

  private static Opinion fresh(Thresholds thresholds, Health health, long sinceNanos) {
    return new Opinion(
        health,
        health != UNKNOWN,
        0,
        0,
        List.of(),
        0,
        0,
        List.of(),
        thresholds.rise(),
        sinceNanos,
        null,
        null,
        null);
  }
}
