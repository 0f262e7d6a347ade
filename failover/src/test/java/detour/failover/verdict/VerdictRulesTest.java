package detour.failover.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Health;
import detour.failover.model.Quorum;
import detour.failover.model.Share;
import detour.failover.model.VerdictPolicy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Votes are letters: `U` and `D` are present, `?` has no opinion, `x` is absent or impaired though
/// it says DOWN.
class VerdictRulesTest {
  private static final Verdict LAST_UP = new Verdict(Health.UP, false, 3, 0, 2, "earlier");
  private static final Verdict LAST_DOWN = new Verdict(Health.DOWN, false, 3, 3, 2, "earlier");

  @ParameterizedTest(name = "{0} of {1} -> {2}")
  @CsvSource({
    "majority, UUU,   UP",
    "majority, UUD,   UP",
    "majority, UDD,   DOWN",
    "majority, UD?,   UP",
    "majority, UDx,   UP",
    "majority, DD?,   DOWN",
    "majority, UUDDx, UP",
    "majority, UDDDx, DOWN",
    "any,      UUU,   UP",
    "any,      UUD,   DOWN",
    "any,      UUx,   UP",
    "all,      UDD,   UP",
    "all,      DDD,   DOWN",
    "all,      DD?,   DOWN",
    "2,        UUD,   UP",
    "2,        UDD,   DOWN",
    "3,        DDx,   UP",
    "0,        UUU,   UP",
    "50%,      UUDD,  DOWN",
    "51%,      UUDD,  UP",
    "34%,      UUD,   UP",
    "33%,      UUD,   DOWN",
    "100%,     DDD,   DOWN",
    "100%,     UDD,   UP",
    "0%,       UUU,   UP",
  })
  void shouldBeDownByQuorumOfThosePresent(String quorum, String votes, Health expected) {
    VerdictPolicy policy = new VerdictPolicy(quorum(quorum), votes.length(), 0);
    Verdict verdict = VerdictRules.decide(policy, null, votes(votes));
    assertThat(verdict.frozen()).isFalse();
    assertThat(verdict.health()).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} with min_present {1} -> frozen {2}")
  @CsvSource({
    "UUU,   0, false",
    "DDx,   0, false",
    "Dxx,   0, true",
    "D??,   0, true",
    "Dxx,   1, false",
    "xxx,   1, true",
    "DDx,   3, true",
    "UUUxx, 0, false",
    "UUxxx, 0, true",
    "UUxx,  0, true",
    "UUUx,  0, false",
    "Dx,    0, true",
    "Dx,    1, false",
    "UD,    0, false",
  })
  void shouldFreezeBelowMinPresent(String votes, int minPresent, boolean frozen) {
    VerdictPolicy policy = new VerdictPolicy(new Quorum.Majority(), votes.length(), minPresent);
    assertThat(VerdictRules.decide(policy, LAST_UP, votes(votes)).frozen()).isEqualTo(frozen);
  }

  @Test
  void shouldLetTheLastVerdictStandWhileFrozen() {
    VerdictPolicy policy = new VerdictPolicy(new Quorum.Majority(), 3, 0);
    assertThat(VerdictRules.decide(policy, LAST_UP, votes("Dxx")).health()).isEqualTo(Health.UP);
    assertThat(VerdictRules.decide(policy, LAST_DOWN, votes("Uxx")).health())
        .isEqualTo(Health.DOWN);
    assertThat(VerdictRules.decide(policy, null, votes("Dxx")).health()).isEqualTo(Health.UNKNOWN);
  }

  @Test
  void shouldDecideAgainOnceEnoughArePresent() {
    VerdictPolicy policy = new VerdictPolicy(new Quorum.Majority(), 3, 0);
    Verdict frozen = VerdictRules.decide(policy, LAST_UP, votes("Dxx"));
    Verdict stillFrozen = VerdictRules.decide(policy, frozen, votes("D?x"));
    assertThat(stillFrozen.health()).isEqualTo(Health.UP);
    Verdict thawed = VerdictRules.decide(policy, stillFrozen, votes("DDx"));
    assertThat(thawed.health()).isEqualTo(Health.DOWN);
    assertThat(thawed.frozen()).isFalse();
  }

  @Test
  void shouldTreatAMissingVoteAsAbsent() {
    VerdictPolicy policy = new VerdictPolicy(new Quorum.Majority(), 3, 0);
    assertThat(VerdictRules.decide(policy, LAST_UP, votes("D")).frozen()).isTrue();
    assertThat(VerdictRules.decide(policy, LAST_UP, votes("DD")).health()).isEqualTo(Health.DOWN);
  }

  @ParameterizedTest(name = "alone with {0} -> {1}, frozen {2}")
  @CsvSource({"U, UP, false", "D, DOWN, false", "?, UNKNOWN, false", "x, UP, true"})
  void shouldBelieveALoneVantageUnlessItIsImpaired(String vote, Health expected, boolean frozen) {
    Verdict verdict = VerdictRules.decide(VerdictPolicy.ALONE, LAST_UP, votes(vote));
    assertThat(verdict.health()).isEqualTo(expected);
    assertThat(verdict.frozen()).isEqualTo(frozen);
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "U   | 3 | v0 says UP",
        "UDD | 3 | 2 of 3 vantages say DOWN (v1, v2), 2 needed",
        "UUU | 3 | 0 of 3 vantages say DOWN, 2 needed",
        "Dx  | 3 | frozen: 1 of 3 vantages present, 2 needed, so the last verdict (UP) stands",
      })
  void shouldSayWhy(String votes, int declared, String expected) {
    int vantages = votes.length() == 1 ? 1 : declared;
    VerdictPolicy policy = new VerdictPolicy(new Quorum.Majority(), vantages, 0);
    assertThat(VerdictRules.decide(policy, LAST_UP, votes(votes)).reason()).isEqualTo(expected);
  }

  private static Quorum quorum(String text) {
    return switch (text) {
      case "majority" -> new Quorum.Majority();
      case "any" -> new Quorum.Any();
      case "all" -> new Quorum.All();
      default ->
          new Quorum.AtLeast(
              new Share(Integer.parseInt(text.replace("%", "")), text.endsWith("%")));
    };
  }

  private static List<Vote> votes(String letters) {
    List<Vote> votes = new ArrayList<>();
    for (int i = 0; i < letters.length(); i++) {
      char letter = letters.charAt(i);
      Health opinion = letter == 'U' ? Health.UP : letter == '?' ? Health.UNKNOWN : Health.DOWN;
      votes.add(new Vote("v" + votes.size(), opinion, letter != 'x'));
    }
    return votes;
  }
}
