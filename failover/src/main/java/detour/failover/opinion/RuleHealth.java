package detour.failover.opinion;

import static detour.failover.model.Health.DOWN;
import static detour.failover.model.Health.UNKNOWN;
import static detour.failover.model.Health.UP;

import detour.failover.model.CheckRule;
import detour.failover.model.Health;
import java.util.function.Function;
import java.util.function.IntFunction;

/// What a rule makes of the mere health of its checks: for opinions of which no more is known, as
/// those of other vantages. By the table of [CheckRules].
public final class RuleHealth {
  private RuleHealth() {}

  /// @param checks what is thought of a check, by its position
  /// @param services what is thought of a service, by its name
  public static Health of(
      CheckRule rule, IntFunction<Health> checks, Function<String, ServiceHealth> services) {
    return switch (rule) {
      case CheckRule.Of(int index) -> checks.apply(index);
      case CheckRule.ServiceUp(String name) -> services.apply(name).health();
      case CheckRule.Not(CheckRule part) ->
          switch (of(part, checks, services)) {
            case UP -> DOWN;
            case DOWN -> UP;
            case UNKNOWN -> UNKNOWN;
          };
      case CheckRule.AtLeast atLeast -> atLeast(atLeast, checks, services);
      case CheckRule.DependsOn(CheckRule part, CheckRule on, String _) ->
          of(on, checks, services) == DOWN ? DOWN : of(part, checks, services);
    };
  }

  private static Health atLeast(
      CheckRule.AtLeast rule,
      IntFunction<Health> checks,
      Function<String, ServiceHealth> services) {
    int up = 0;
    int unknown = 0;
    for (CheckRule part : rule.parts()) {
      Health health = of(part, checks, services);
      up += health == UP ? 1 : 0;
      unknown += health == UNKNOWN ? 1 : 0;
    }
    if (up >= rule.needed()) {
      return UP;
    }
    return up + unknown < rule.needed() ? DOWN : UNKNOWN;
  }
}
