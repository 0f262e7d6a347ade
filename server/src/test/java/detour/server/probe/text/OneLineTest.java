package detour.server.probe.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OneLineTest {
  @Test
  void shouldEscapeWhatWouldBreakALine() {
    assertThat(OneLine.of("a\r\nb\tc\u0000d\u001b[31m\u2028\u202e"))
        .isEqualTo("a\\r\\nb\\tc\\u0000d\\u001b[31m\\u2028\\u202e");
  }

  @Test
  void shouldKeepOtherLettersAsTheyAre() {
    assertThat(OneLine.of("größer 200 \uD83D\uDE00")).isEqualTo("größer 200 \uD83D\uDE00");
  }

  @Test
  void shouldCutLongTextWithoutBreakingALetter() {
    assertThat(OneLine.of("x".repeat(200))).hasSize(200).doesNotContain("...");
    assertThat(OneLine.of("x".repeat(201))).hasSize(200).endsWith("x...");
    assertThat(OneLine.of("abcdef\uD83D\uDE00xyz", 10)).isEqualTo("abcdef...");
  }
}
