package detour.failover.safety;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.OverridePath;
import detour.failover.model.SafetyRule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetyRulesTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final List<OverridePath> SITES = paths("www/a www/b www/c");

  @ParameterizedTest(name = "at least {0}: {1} served, {2} would -> refused: {3}")
  @CsvSource({
    "1, a b c, a b,   false",
    "2, a b c, a,     true",
    "1, a,     '',    true",
    "1, '',    '',    false",
    "2, a,     a,     false",
    "3, a b,   a b c, false",
    "2, a,     b,     false",
  })
  void shouldRefuseWhatLeavesTooFew(int least, String before, String after, boolean refused) {
    SafetyRule rule = new SafetyRule.AtLeast("sites", least, SITES);
    assertThat(objections(rule, before, after)).hasSize(refused ? 1 : 0);
  }

  @ParameterizedTest(name = "at most {0} out: {1} served, {2} would -> refused: {3}")
  @CsvSource({
    "1, a b c, a b, false",
    "1, a b,   a,   true",
    "1, a b c, a,   true",
    "2, a b,   a,   false",
    "1, a,     a,   false",
    "1, '',    a,   false",
  })
  void shouldRefuseWhatTakesTooManyOutAtOnce(
      int most, String before, String after, boolean refused) {
    SafetyRule rule = new SafetyRule.AtMostOut("never two", most, SITES);
    assertThat(objections(rule, before, after)).hasSize(refused ? 1 : 0);
  }

  @ParameterizedTest(name = "a change to {0}, {1} s after one to {2} -> refused: {3}")
  @CsvSource({
    "www/a,    59, www/a,    true",
    "www/a,    60, www/a,    false",
    "www/a,    59, www/b,    true",
    "www/a/e1, 59, www/b/e2, true",
    "www/z,    59, www/a,    false",
    "www/a,    59, www/z,    false",
  })
  void shouldMakeChangesWaitForEachOther(
      String changed, int secondsAgo, String before, boolean refused) {
    SafetyRule rule = new SafetyRule.Wait("slowly", Duration.ofMinutes(1), SITES);
    OverridePath earlier = OverridePath.parse(before);
    SafetyCase asked =
        new SafetyCase(
            OverridePath.parse(changed),
            _ -> true,
            _ -> true,
            member -> member.meets(earlier) ? NOW.minusSeconds(secondsAgo) : null,
            NOW);
    assertThat(SafetyRules.objections(List.of(rule), asked)).hasSize(refused ? 1 : 0);
  }

  @Test
  void shouldSayWhichRuleObjectsAndWhy() {
    SafetyRule rule = new SafetyRule.AtLeast("two-sites", 2, SITES);
    assertThat(objections(rule, "a b", "b").getFirst())
        .hasToString(
            "the safety rule two-sites forbids it: 1 of 3 could serve then (www/b), at least 2"
                + " must");
  }

  private static List<Objection> objections(SafetyRule rule, String before, String after) {
    return SafetyRules.objections(
        List.of(rule),
        new SafetyCase(
            SITES.getFirst(),
            member -> List.of(before.split(" ")).contains(member.pool()),
            member -> List.of(after.split(" ")).contains(member.pool()),
            _ -> null,
            NOW));
  }

  private static List<OverridePath> paths(String text) {
    return Stream.of(text.split(" ")).map(OverridePath::parse).toList();
  }
}
