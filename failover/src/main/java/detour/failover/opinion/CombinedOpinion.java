package detour.failover.opinion;

import static detour.failover.model.Health.DOWN;
import static detour.failover.model.Health.UNKNOWN;
import static detour.failover.model.Health.UP;

import detour.failover.model.Check;
import detour.failover.model.Checks;
import detour.failover.model.Health;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What one vantage thinks of an endpoint, all its checks together, by their rule. An endpoint
/// without checks is UP.
///
/// @param health the combination
/// @param earliestDecisionNanos when a pending change could alter `health`, monotonic; empty when
///   none is pending that could
/// @param downBy the name of the check that the endpoint depends on and that is down; null unless
///   that is why it is DOWN
/// @param rule the expression and what each part of it says; null for a mere count of checks
public record CombinedOpinion(
    Health health,
    OptionalLong earliestDecisionNanos,
    @Nullable String downBy,
    @Nullable String rule) {
  /// Whether a change is in the air that would alter `health`. A failing check whose endpoint is
  /// held up by the others is none.
  public boolean pending() {
    return earliestDecisionNanos.isPresent();
  }

  /// Combines the opinions of an endpoint's checks, which ask for no services.
  ///
  /// @param opinions in the order of `checks`
  public static CombinedOpinion of(Checks checks, List<Opinion> opinions, long nowNanos) {
    return of(checks, opinions, name -> ServiceHealth.UNKNOWN, nowNanos);
  }

  /// Combines the opinions of an endpoint's checks.
  ///
  /// @param opinions in the order of `checks`
  /// @param services what is thought of a service, by its name
  public static CombinedOpinion of(
      Checks checks,
      List<Opinion> opinions,
      Function<String, ServiceHealth> services,
      long nowNanos) {
    boolean plain = checks.isPlain();
    if (plain && checks.checks().size() == 1) {
      return ofOne(checks.checks().getFirst(), opinions.getFirst(), nowNanos);
    }
    CheckRules rules = new CheckRules(checks, opinions, services, nowNanos);
    return new CombinedOpinion(
        rules.health(), rules.earliestDecisionNanos(), rules.downBy(), plain ? null : rules.text());
  }

  /// By the same rules as any others, which for most endpoints come down to this.
  private static CombinedOpinion ofOne(Check check, Opinion opinion, long nowNanos) {
    OptionalLong earliest =
        OpinionRules.pending(opinion)
            ? OptionalLong.of(OpinionRules.earliestDecisionNanos(check, opinion, nowNanos))
            : OptionalLong.empty();
    return new CombinedOpinion(opinion.health(), earliest, null, null);
  }

  /// UP when at least `needed` are UP. DOWN when so many are DOWN that those which may still turn
  /// out UP are too few. Else UNKNOWN.
  ///
  /// @param needed how many must be UP; 0 only without checks
  public static Health combine(int needed, List<Health> healths) {
    int up = 0;
    int unknown = 0;
    for (Health health : healths) {
      up += health == UP ? 1 : 0;
      unknown += health == UNKNOWN ? 1 : 0;
    }
    if (up >= needed) {
      return UP;
    }
    return up + unknown < needed ? DOWN : UNKNOWN;
  }
}
