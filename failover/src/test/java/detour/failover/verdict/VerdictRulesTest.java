package detour.failover.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Health;
import detour.failover.model.Quorum;
import detour.failover.model.Share;
import detour.failover.model.Vantage;
import detour.failover.model.VerdictPolicy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Votes are letters: `U` and `D` are present, `?` has no opinion. Of those that say DOWN: `x` is
/// absent, `i` impaired, `s` spared, `n` not asked.
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
    VerdictPolicy policy = policy(quorum(quorum), votes.length(), 0);
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
    "DDi,   0, false",
    "Dii,   0, true",
    "Di,    1, false",
    "Dxnnn, 0, true",
    "Dnnn,  0, false",
    "xnnn,  0, true",
    "DDxnn, 0, false",
    "DDnnn, 3, false",
    "Dxnnn, 3, true",
  })
  void shouldFreezeBelowMinPresent(String votes, int minPresent, boolean frozen) {
    VerdictPolicy policy = policy(new Quorum.Majority(), votes.length(), minPresent);
    assertThat(VerdictRules.decide(policy, LAST_UP, votes(votes)).frozen()).isEqualTo(frozen);
  }

  @Test
  void shouldLetTheLastVerdictStandWhileFrozen() {
    VerdictPolicy policy = policy(new Quorum.Majority(), 3, 0);
    assertThat(VerdictRules.decide(policy, LAST_UP, votes("Dxx")).health()).isEqualTo(Health.UP);
    assertThat(VerdictRules.decide(policy, LAST_DOWN, votes("Uxx")).health())
        .isEqualTo(Health.DOWN);
    assertThat(VerdictRules.decide(policy, null, votes("Dxx")).health()).isEqualTo(Health.UNKNOWN);
  }

  @Test
  void shouldDecideAgainOnceEnoughArePresent() {
    VerdictPolicy policy = policy(new Quorum.Majority(), 3, 0);
    Verdict frozen = VerdictRules.decide(policy, LAST_UP, votes("Dxx"));
    Verdict stillFrozen = VerdictRules.decide(policy, frozen, votes("D?x"));
    assertThat(stillFrozen.health()).isEqualTo(Health.UP);
    Verdict thawed = VerdictRules.decide(policy, stillFrozen, votes("DDx"));
    assertThat(thawed.health()).isEqualTo(Health.DOWN);
    assertThat(thawed.frozen()).isFalse();
  }

  @Test
  void shouldTreatAMissingVoteAsAbsent() {
    VerdictPolicy policy = policy(new Quorum.Majority(), 3, 0);
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
    VerdictPolicy policy = policy(new Quorum.Majority(), vantages, 0);
    assertThat(VerdictRules.decide(policy, LAST_UP, votes(votes)).reason()).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} asking for {1} -> {2}")
  @CsvSource({
    "UDn,   majority, UP",
    "DDn,   majority, DOWN",
    "Dnn,   majority, DOWN",
    "Unn,   majority, UP",
    "UDnn,  any,      DOWN",
    "Dnn,   2,        DOWN",
    "UDnn,  2,        UP",
    "DDnnn, 3,        DOWN",
  })
  void shouldLeaveOutWhomTheCheckDoesNotAsk(String votes, String quorum, Health expected) {
    VerdictPolicy policy = policy(quorum(quorum), votes.length(), 0);
    Verdict verdict = VerdictRules.decide(policy, LAST_UP, votes(votes));
    assertThat(verdict.frozen()).isFalse();
    assertThat(verdict.health()).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} with min_present {1} -> {2}, frozen {3}")
  @CsvSource({
    // One of five probes: it decides, since the others are there.
    "Dssss, 0, DOWN, false",
    "Ussss, 0, UP,   false",
    // Cut off with one other: whoever is chosen among them must not decide.
    "Dsxxx, 0, UP,   true",
    "Dssxx, 0, DOWN, false",
    // Two of five probe, and one of them took over just now.
    "D?sss, 0, UP,   true",
    "DDsss, 0, DOWN, false",
    "UDsss, 0, UP,   false",
    // Most of three is enough.
    "DD?ss, 0, DOWN, false",
    "D??ss, 0, UP,   true",
    // Whoever chose to decide with one present decides with one.
    "D?sxx, 1, DOWN, false",
    "?ssss, 0, UP,   true",
    "Dissx, 0, DOWN, false",
  })
  void shouldCountThoseWhoLeaveTheProbingToOthersAsPresent(
      String votes, int minPresent, Health expected, boolean frozen) {
    VerdictPolicy policy = policy(new Quorum.Majority(), votes.length(), minPresent);
    Verdict verdict = VerdictRules.decide(policy, LAST_UP, votes(votes));
    assertThat(verdict.frozen()).isEqualTo(frozen);
    assertThat(verdict.health()).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} of {1} with min_present {2} -> {3}, frozen {4}")
  @CsvSource({
    "majority, UUU DDD DDD, 0, DOWN, false",
    "majority, UUU UDD DDD, 0, DOWN, false",
    "majority, UUU UUD DDD, 0, UP,   false",
    // Five of nine say DOWN, but only one region does.
    "majority, DDD UUD UUD, 0, UP,   false",
    // A region is present while most of its vantages are.
    "majority, DDx DDx UUU, 0, DOWN, false",
    "majority, Dxx DDD UUU, 0, UP,   false",
    "majority, Dxx Dxx UUU, 0, UP,   true",
    "majority, xxx DDD DDD, 0, DOWN, false",
    // A big region alone is no majority of regions.
    "majority, DDDDDDD x x, 0, UP,   true",
    // A partition through each region leaves neither side to decide.
    "majority, Dx Dx Dx,    0, UP,   true",
    "majority, Dx Dx Dx,    1, UP,   true",
    "majority, D xx xx,     1, DOWN, false",
    "any,      UUU UUU UDD, 0, DOWN, false",
    "any,      UUU UUU UUD, 0, UP,   false",
    "all,      DDD DDD UUD, 0, UP,   false",
    "2,        DDD DDD UUU, 0, DOWN, false",
    // Whom the check does not ask: other vantages of the region, or the region whole.
    "majority, Dnn DDn UUU, 0, DOWN, false",
    "majority, nnn nnn DDU, 0, DOWN, false",
    "majority, nnn nnn DUU, 0, UP,   false",
    // One of each region probes.
    "majority, Dss Dss Uss, 0, DOWN, false",
    "majority, Dss ?ss Dss, 0, DOWN, false",
    "majority, Dss ?ss ?ss, 0, UP,   true",
    "majority, Dss Dxx Dxx, 0, UP,   true",
    "majority, sss Dss sss, 0, DOWN, false",
  })
  void shouldDecideRegionByRegion(
      String quorum, String regions, int minPresent, Health expected, boolean frozen) {
    List<Vantage> declared = new ArrayList<>();
    List<Vote> votes = new ArrayList<>();
    String[] names = {"ams", "fra", "nyc"};
    String[] letters = regions.split(" ", -1);
    for (int region = 0; region < letters.length; region++) {
      for (int i = 0; i < letters[region].length(); i++) {
        Vantage vantage = new Vantage(names[region] + i, names[region]);
        declared.add(vantage);
        votes.add(vote(vantage, letters[region].charAt(i)));
      }
    }
    VerdictPolicy policy = new VerdictPolicy(quorum(quorum), declared, minPresent, true, 0);
    Verdict verdict = VerdictRules.decide(policy, LAST_UP, votes);
    assertThat(verdict.frozen()).isEqualTo(frozen);
    assertThat(verdict.health()).isEqualTo(expected);
    assertThat(verdict.reason()).containsAnyOf(" regions ", " says ");
  }

  /// Two sites with a vantage each: by default the loss of one freezes; with `min_present: 1` the
  /// one that is left decides, unless its canaries say that it is cut off itself.
  @ParameterizedTest(name = "{0} with min_present {1} -> {2}, frozen {3}")
  @CsvSource({
    "UU, 0, UP,   false",
    "UD, 0, UP,   false",
    "DD, 0, DOWN, false",
    "Dx, 0, UP,   true",
    "Dx, 1, DOWN, false",
    "xD, 1, DOWN, false",
    "UD, 1, UP,   false",
    "ix, 1, UP,   true",
    "ii, 1, UP,   true",
    "iD, 1, DOWN, false",
    "iU, 1, UP,   false",
  })
  void shouldLetOneOfTwoSitesDecideWhereToldTo(
      String votes, int minPresent, Health expected, boolean frozen) {
    VerdictPolicy policy = policy(new Quorum.Majority(), 2, minPresent);
    Verdict verdict = VerdictRules.decide(policy, LAST_UP, votes(votes));
    assertThat(verdict.frozen()).isEqualTo(frozen);
    assertThat(verdict.health()).isEqualTo(expected);
  }

  @Test
  void shouldSayThatTheProbersKnowNothingYet() {
    VerdictPolicy policy = policy(new Quorum.Majority(), 3, 0);
    assertThat(VerdictRules.decide(policy, LAST_UP, votes("?ss")).reason())
        .isEqualTo(
            "frozen: 0 of the 1 vantages that probe it know it yet, 1 needed, so the last verdict"
                + " (UP) stands");
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

  private static VerdictPolicy policy(Quorum quorum, int vantages, int minPresent) {
    List<Vantage> declared = new ArrayList<>();
    for (int i = 0; i < vantages; i++) {
      declared.add(Vantage.of("v" + i));
    }
    return new VerdictPolicy(quorum, declared, minPresent);
  }

  private static List<Vote> votes(String letters) {
    List<Vote> votes = new ArrayList<>();
    for (int i = 0; i < letters.length(); i++) {
      votes.add(vote(Vantage.of("v" + i), letters.charAt(i)));
    }
    return votes;
  }

  private static Vote vote(Vantage vantage, char letter) {
    Health opinion = letter == 'U' ? Health.UP : letter == '?' ? Health.UNKNOWN : Health.DOWN;
    Presence presence =
        switch (letter) {
          case 'x' -> Presence.ABSENT;
          case 'i' -> Presence.IMPAIRED;
          case 's' -> Presence.SPARED;
          case 'n' -> Presence.NOT_ASKED;
          default -> Presence.PRESENT;
        };
    return Vote.of(vantage, opinion, presence);
  }
}
