package detour.failover.opinion;

import static detour.failover.opinion.Results.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Check;
import detour.failover.model.CheckRule;
import detour.failover.model.CheckRule.AtLeast;
import detour.failover.model.CheckRule.DependsOn;
import detour.failover.model.CheckRule.Not;
import detour.failover.model.CheckRule.Of;
import detour.failover.model.CheckRule.ServiceUp;
import detour.failover.model.Checks;
import detour.failover.model.Health;
import detour.failover.model.Thresholds;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckRulesTest {
  private static final Thresholds THRESHOLDS = new Thresholds(3, 2, 0, 10, Duration.ZERO, 32);
  private static final Check CHECK = OpinionRulesTest.check(THRESHOLDS);
  private static final CheckRule A = new Of(0);
  private static final CheckRule B = new Of(1);
  private static final CheckRule C = new Of(2);

  @ParameterizedTest
  @CsvSource({"U, DOWN", "D, UP", "?, UNKNOWN"})
  void shouldTurnAroundWhatIsNot(String first, Health expected) {
    assertThat(health(new Not(A), first)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "UUU, UP",
    "UUD, UP",
    "UDU, UP",
    "UDD, DOWN",
    "DUU, DOWN",
    "?UU, UNKNOWN",
    "U?D, UNKNOWN",
    "D??, DOWN",
  })
  void shouldCombineExpressionsOfExpressions(String opinions, Health expected) {
    CheckRule rule = new AtLeast(2, List.of(A, new AtLeast(1, List.of(B, C))));
    assertThat(health(rule, opinions)).isEqualTo(expected);
  }

  /// The endpoint's own check first, then what it depends on.
  @ParameterizedTest
  @CsvSource({
    "UU, UP,      ",
    "DU, DOWN,    ",
    "?U, UNKNOWN, ",
    "UD, DOWN,    gateway",
    "DD, DOWN,    gateway",
    "?D, DOWN,    gateway",
    "U?, UP,      ",
    "D?, DOWN,    ",
  })
  void shouldBeDownWhileWhatItDependsOnIs(
      String opinions, Health expected, @Nullable String downBy) {
    CombinedOpinion combined =
        combined(new DependsOn(A, B, "gateway"), opinions.charAt(0) + "" + opinions.charAt(1));
    assertThat(combined.health()).isEqualTo(expected);
    assertThat(combined.downBy()).isEqualTo(downBy);
  }

  @Test
  void shouldBlameTheFirstOfAChain() {
    CheckRule rule = new DependsOn(A, new DependsOn(B, C, "core"), "gateway");
    assertThat(combined(rule, "UUD").downBy()).isEqualTo("core");
    assertThat(combined(rule, "UDU").downBy()).isEqualTo("gateway");
    assertThat(combined(rule, "UUU").downBy()).isNull();
  }

  @Test
  void shouldBlameNobodyWhileOthersHoldTheEndpointUp() {
    CheckRule rule = new AtLeast(1, List.of(new DependsOn(A, B, "gateway"), C));
    assertThat(combined(rule, "UDU").downBy()).isNull();
    assertThat(combined(rule, "UDD").downBy()).isEqualTo("gateway");
  }

  @ParameterizedTest
  @CsvSource({"UP, UP", "DOWN, DOWN", "UNKNOWN, UNKNOWN"})
  void shouldFollowAService(Health service, Health expected) {
    CombinedOpinion combined =
        CombinedOpinion.of(
            new Checks(new ServiceUp("db.example.com"), List.of()),
            List.of(),
            name -> new ServiceHealth(service, OptionalLong.empty()),
            0);
    assertThat(combined.health()).isEqualTo(expected);
    assertThat(combined.pending()).isFalse();
  }

  /// All of: not the first, and the second. Three failures take a check down, two passes bring it
  /// up.
  @ParameterizedTest
  @CsvSource({
    "FFFP, P,  true",
    "P,    P,  false",
    "PF,   P,  true",
    "PF,   PF, true",
  })
  void shouldBePendingWhereAPendingChangeTurnsTheWholeBelowANot(
      String first, String second, boolean pending) {
    CheckRule rule = new AtLeast(2, List.of(new Not(A), B));
    CombinedOpinion combined =
        CombinedOpinion.of(
            new Checks(rule, List.of(CHECK, CHECK)),
            List.of(opinion(first), opinion(second)),
            4 * SECOND);
    assertThat(combined.pending()).isEqualTo(pending);
  }

  @Test
  void shouldForeseeTheDecisionOfWhatItDependsOn() {
    CheckRule rule = new DependsOn(A, B, "gateway");
    Checks checks = new Checks(rule, List.of(CHECK, CHECK));
    CombinedOpinion dependency =
        CombinedOpinion.of(checks, List.of(opinion("PPPP"), opinion("PPFF")), 4 * SECOND);
    CombinedOpinion plain =
        CombinedOpinion.of(Checks.all(List.of(CHECK)), List.of(opinion("PPFF")), 4 * SECOND);
    assertThat(dependency.health()).isEqualTo(Health.UP);
    assertThat(dependency.earliestDecisionNanos()).isEqualTo(plain.earliestDecisionNanos());

    CombinedOpinion both =
        CombinedOpinion.of(checks, List.of(opinion("PPPF"), opinion("PPFF")), 4 * SECOND);
    assertThat(both.earliestDecisionNanos()).isEqualTo(plain.earliestDecisionNanos());
  }

  @Test
  void shouldForeseeTheDecisionOfAService() {
    CombinedOpinion combined =
        CombinedOpinion.of(
            new Checks(new Not(new ServiceUp("db.example.com")), List.of()),
            List.of(),
            name -> new ServiceHealth(Health.UP, OptionalLong.of(7)),
            5);
    assertThat(combined.health()).isEqualTo(Health.DOWN);
    assertThat(combined.earliestDecisionNanos()).isEqualTo(OptionalLong.of(7));
  }

  @Test
  void shouldShowTheTreeWithWhatEachPartSays() {
    CheckRule rule =
        new AtLeast(
            2,
            List.of(
                new DependsOn(A, B, "gateway"),
                new Not(new AtLeast(1, List.of(B, new ServiceUp("db.example.com"))))));
    String check = CHECK.summary();
    assertThat(combined(rule, "UD").rule())
        .isEqualTo(
            "all of (%s: UP (depends on gateway: DOWN), not(any of (%s: DOWN, service db.example.com: UNKNOWN)))"
                .formatted(check, check));
    assertThat(combined(new AtLeast(1, List.of(A, B)), "UD").rule()).isNull();
  }

  @Test
  void shouldNameTheServicesItAsks() {
    CheckRule rule =
        new AtLeast(
            1, List.of(new Not(new ServiceUp("b")), new DependsOn(A, new ServiceUp("a"), "x")));
    assertThat(rule.services()).containsExactly("a", "b");
  }

  private static Health health(CheckRule rule, String opinions) {
    return combined(rule, opinions).health();
  }

  private static CombinedOpinion combined(CheckRule rule, String opinions) {
    List<Opinion> list =
        opinions
            .chars()
            .mapToObj(letter -> opinion(letter == 'U' ? "P" : letter == 'D' ? "FFF" : ""))
            .toList();
    return CombinedOpinion.of(
        new Checks(rule, Collections.nCopies(list.size(), CHECK)), list, 4 * SECOND);
  }

  private static Opinion opinion(String script) {
    return Results.after(THRESHOLDS, OpinionRules.initial(THRESHOLDS, 0), Results.inOrder(script));
  }
}
