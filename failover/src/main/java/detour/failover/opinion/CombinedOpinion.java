package detour.failover.opinion;

import static detour.failover.model.Health.DOWN;
import static detour.failover.model.Health.UNKNOWN;
import static detour.failover.model.Health.UP;

import detour.failover.model.Check;
import detour.failover.model.Checks;
import detour.failover.model.Health;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// What one vantage thinks of an endpoint, all its checks together.
///
/// UP when at least `needed` checks are UP. DOWN when so many are DOWN that those which may still
/// turn out UP are too few. Else UNKNOWN. An endpoint without checks is UP.
///
/// @param health the combination
/// @param earliestDecisionNanos when a pending change could alter `health`, monotonic; empty when
///   none is pending that could
public record CombinedOpinion(Health health, OptionalLong earliestDecisionNanos) {
  /// Whether a change is in the air that would alter `health`. A failing check whose endpoint is
  /// held up by the others is none.
  public boolean pending() {
    return earliestDecisionNanos.isPresent();
  }

  /// Combines the opinions of an endpoint's checks.
  ///
  /// @param opinions in the order of `checks`
  public static CombinedOpinion of(Checks checks, List<Opinion> opinions, long nowNanos) {
    Health health = combine(checks.needed(), opinions.stream().map(Opinion::health).toList());
    OptionalLong earliest = OptionalLong.empty();
    for (boolean rising : new boolean[] {false, true}) {
      if (afterChange(checks.needed(), opinions, rising) != health) {
        earliest = earlier(earliest, earliestOf(checks, opinions, rising, nowNanos), nowNanos);
      }
    }
    return new CombinedOpinion(health, earliest);
  }

  /// The rule itself.
  ///
  /// @param needed how many must be UP; 0 only without checks
  public static Health combine(int needed, List<Health> healths) {
    long up = healths.stream().filter(h -> h == UP).count();
    long unknown = healths.stream().filter(h -> h == UNKNOWN).count();
    if (up >= needed) {
      return UP;
    }
    return up + unknown < needed ? DOWN : UNKNOWN;
  }

  /// Whether a change of this opinion in this direction is in the air.
  private static boolean moves(Opinion opinion, boolean rising) {
    return OpinionRules.pending(opinion) && (opinion.health() == DOWN) == rising;
  }

  private static Health afterChange(int needed, List<Opinion> opinions, boolean rising) {
    List<Health> healths = new ArrayList<>();
    for (Opinion opinion : opinions) {
      healths.add(!moves(opinion, rising) ? opinion.health() : rising ? UP : DOWN);
    }
    return combine(needed, healths);
  }

  private static OptionalLong earliestOf(
      Checks checks, List<Opinion> opinions, boolean rising, long nowNanos) {
    OptionalLong earliest = OptionalLong.empty();
    for (int i = 0; i < opinions.size(); i++) {
      if (moves(opinions.get(i), rising)) {
        Check check = checks.checks().get(i);
        long decision = OpinionRules.earliestDecisionNanos(check, opinions.get(i), nowNanos);
        earliest = earlier(earliest, OptionalLong.of(decision), nowNanos);
      }
    }
    return earliest;
  }

  private static OptionalLong earlier(OptionalLong a, OptionalLong b, long nowNanos) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() ? b : a;
    }
    return a.getAsLong() - nowNanos <= b.getAsLong() - nowNanos ? a : b;
  }
}
