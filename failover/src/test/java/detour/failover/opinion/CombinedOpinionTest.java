package detour.failover.opinion;

import static detour.failover.opinion.Results.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Check;
import detour.failover.model.Checks;
import detour.failover.model.Health;
import detour.failover.model.Thresholds;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CombinedOpinionTest {
  private static final Thresholds THRESHOLDS = Results.thresholds(3, 2);

  @ParameterizedTest(name = "{1}, {0} needed -> {2}")
  @CsvSource({
    "0, '',  UP",
    "1, U,   UP",
    "1, D,   DOWN",
    "1, ?,   UNKNOWN",
    "2, UU,  UP",
    "2, UD,  DOWN",
    "2, U?,  UNKNOWN",
    "2, ?D,  DOWN",
    "2, ??,  UNKNOWN",
    "1, UD,  UP",
    "1, U?,  UP",
    "1, ?D,  UNKNOWN",
    "1, DD,  DOWN",
    "2, UUD, UP",
    "2, U?D, UNKNOWN",
    "2, UDD, DOWN",
    "2, ?DD, DOWN",
    "2, UU?, UP",
  })
  void shouldCombineByHowManyMustBeUp(int needed, String healths, Health expected) {
    List<Health> list =
        healths
            .chars()
            .mapToObj(l -> l == 'U' ? Health.UP : l == 'D' ? Health.DOWN : Health.UNKNOWN)
            .toList();
    assertThat(CombinedOpinion.combine(needed, list)).isEqualTo(expected);
  }

  /// Scripts of two checks; the last result of each is pending or not.
  @ParameterizedTest(name = "{1} and {2}, {0} needed -> pending {3}")
  @CsvSource({
    "2, P,    P,    false",
    "2, PF,   P,    true",
    "1, PF,   P,    false",
    "1, PF,   PF,   true",
    "2, FFFP, FFF,  false",
    "1, FFFP, FFF,  true",
    "2, FFFP, P,    true",
    "2, FFFP, FFFP, true",
    "2, FFFP, PF,   true",
    "1, FFFP, PF,   true",
  })
  void shouldBePendingOnlyWhenTheCombinationCouldChange(
      int needed, String first, String second, boolean pending) {
    Check check = OpinionRulesTest.check(THRESHOLDS);
    Checks checks = new Checks(needed, List.of(check, check));
    CombinedOpinion combined =
        CombinedOpinion.of(checks, List.of(opinion(first), opinion(second)), 4 * SECOND);
    assertThat(combined.pending()).isEqualTo(pending);
  }

  @Test
  void shouldForeseeTheEarlierOfTwoDecisions() {
    Check check = OpinionRulesTest.check(THRESHOLDS);
    Checks checks = Checks.all(Collections.nCopies(2, check));
    CombinedOpinion combined =
        CombinedOpinion.of(checks, List.of(opinion("PPPF"), opinion("PPFF")), 4 * SECOND);
    assertThat(combined.health()).isEqualTo(Health.UP);
    assertThat(combined.earliestDecisionNanos()).isEqualTo(OptionalLong.of(5 * SECOND));
  }

  @Test
  void shouldBeUpWithoutChecks() {
    CombinedOpinion combined = CombinedOpinion.of(Checks.NONE, List.of(), 0);
    assertThat(combined.health()).isEqualTo(Health.UP);
    assertThat(combined.pending()).isFalse();
  }

  private static Opinion opinion(String script) {
    return Results.after(THRESHOLDS, OpinionRules.initial(THRESHOLDS, 0), Results.inOrder(script));
  }
}
