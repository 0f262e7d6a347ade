package detour.failover.opinion;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.CheckRule;
import detour.failover.model.CheckRule.AtLeast;
import detour.failover.model.CheckRule.DependsOn;
import detour.failover.model.CheckRule.Not;
import detour.failover.model.CheckRule.Of;
import detour.failover.model.CheckRule.ServiceUp;
import detour.failover.model.Health;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Two checks, as letters: `U`, `D`, and `?` for unknown.
class RuleHealthTest {
  private static final Map<String, CheckRule> RULES =
      Map.of(
          "all", new AtLeast(2, List.of(new Of(0), new Of(1))),
          "any", new AtLeast(1, List.of(new Of(0), new Of(1))),
          "not", new Not(new Of(0)),
          "depends", new DependsOn(new Of(0), new Of(1), "gateway"),
          "service", new AtLeast(2, List.of(new Of(0), new ServiceUp("db"))),
          "none", new AtLeast(0, List.of()));

  @ParameterizedTest(name = "{0} of {1} -> {2}")
  @CsvSource({
    "all,     UU, UP",
    "all,     UD, DOWN",
    "all,     U?, UNKNOWN",
    "all,     D?, DOWN",
    "any,     DD, DOWN",
    "any,     UD, UP",
    "any,     ?D, UNKNOWN",
    "not,     U?, DOWN",
    "not,     D?, UP",
    "not,     ??, UNKNOWN",
    "depends, UU, UP",
    "depends, UD, DOWN",
    "depends, DU, DOWN",
    "depends, U?, UP",
    "service, U?, DOWN",
    "none,    ??, UP",
  })
  void shouldCombineAsForAnOpinionOfItsOwn(String rule, String letters, Health expected) {
    Health health =
        RuleHealth.of(
            Objects.requireNonNull(RULES.get(rule)),
            index -> health(letters.charAt(index)),
            name -> new ServiceHealth(Health.DOWN, OptionalLong.empty()));
    assertThat(health).isEqualTo(expected);
  }

  private static Health health(char letter) {
    return letter == 'U' ? Health.UP : letter == 'D' ? Health.DOWN : Health.UNKNOWN;
  }
}
