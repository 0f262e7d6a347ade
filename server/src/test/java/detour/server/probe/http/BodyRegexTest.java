package detour.server.probe.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.server.probe.http.BodyRegex.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodyRegexTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ok              | all is ok here | FOUND
          ^ok             | all is ok here | NOT_FOUND
          (?i)IS\\s+OK    | all is ok here | FOUND
          ^all.*here$     | all is ok here | FOUND
          \\bo\\b         | all is ok here | NOT_FOUND
          """)
  void shouldMatchSomewhere(String pattern, String text, Outcome outcome) {
    assertThat(new BodyRegex(pattern).find(text)).isEqualTo(outcome);
  }

  @Test
  void shouldStopAPatternThatBacktracksForEver() {
    assertThat(new BodyRegex("^(x+)+\\1y").find("x".repeat(300))).isEqualTo(Outcome.TOO_MUCH_WORK);
    assertThat(new BodyRegex("(.*)(.*)(.*)(.*)(.*)x\\1").find("ab".repeat(500)))
        .isEqualTo(Outcome.TOO_MUCH_WORK);
  }

  @Test
  void shouldStopAPatternThatRecursesTooDeeply() {
    assertThat(new BodyRegex("^(ab|cd|\\n)*$").find("ab".repeat(400_000)))
        .isEqualTo(Outcome.TOO_MUCH_WORK);
  }

  @Test
  void shouldReadALargeBodyWithAPlainPattern() {
    assertThat(new BodyRegex("status=(ok|fine)").find("x".repeat(64 * 1024) + "status=fine"))
        .isEqualTo(Outcome.FOUND);
  }

  @Test
  void shouldSayWhereAPatternIsWrong() {
    assertThatThrownBy(() -> new BodyRegex("a(b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Unclosed group at index 3");
  }

  @Test
  void shouldBeEqualByItsText() {
    assertThat(new BodyRegex("a+"))
        .isEqualTo(new BodyRegex("a+"))
        .hasSameHashCodeAs(new BodyRegex("a+"))
        .hasToString("a+")
        .isNotEqualTo(new BodyRegex("a"));
  }
}
