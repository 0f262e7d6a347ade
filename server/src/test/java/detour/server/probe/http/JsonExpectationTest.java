package detour.server.probe.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonExpectationTest {
  private static final String HEALTH =
      """
      { "status": "ok", "db": { "up": true, "lag": 0.50, "standby": null }, "count": 12,
        "nodes": [ "a", { "name": "b/c", "~": "tilde" } ], "yes": "true", "": "empty key" }
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          /status         | ok        | -
          /status         | OK        | JSON /status is ok, expected OK
          /db/up          | true      | -
          /db/up          | false     | JSON /db/up is true, expected false
          /yes            | true      | -
          /db/lag         | 0.5       | -
          /db/lag         | 5e-1      | -
          /db/lag         | little    | JSON /db/lag is 0.50, expected little
          /db/standby     | null      | -
          /count          | 12.0      | -
          /count          | 13        | JSON /count is 12, expected 13
          /nodes/0        | a         | -
          /nodes/1/name   | b/c       | -
          /nodes/1/~0     | tilde     | -
          /nodes/1        | b         | JSON /nodes/1 is an object, expected b
          /nodes          | a         | JSON /nodes is a list, expected a
          /nodes/2        | c         | JSON /nodes/2 is missing, expected c
          /absent/deep    | x         | JSON /absent/deep is missing, expected x
          /               | empty key | -
          """)
  void shouldCompareWhatStandsAtAPointer(String pointer, String expected, String mismatch) {
    assertThat(mismatch(Map.of(pointer, expected), HEALTH)).isEqualTo(mismatch);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          <html>           | body is not JSON: Unexpected character ('<'
          {"a": 1          | body is not JSON: Unexpected end-of-input
          {"status":"ok"}x | body is not JSON: Unrecognized token 'x'
          ``               | JSON /status is missing, expected ok
          """)
  void shouldSayThatABodyIsNoJson(String body, String start) {
    assertThat(mismatch(Map.of("/status", "ok"), body)).startsWith(start);
  }

  @Test
  void shouldReadTheWholeBodyByAnEmptyPointer() {
    assertThat(mismatch(Map.of("", "ok"), "\"ok\"")).isNull();
    assertThat(mismatch(Map.of("", "ok"), "17")).isEqualTo("JSON body is 17, expected ok");
  }

  @Test
  void shouldSurviveWhatIsMadeToHarm() {
    Map<String, String> expected = Map.of("/status", "1");
    assertThat(mismatch(expected, "[".repeat(60_000))).startsWith("body is not JSON");
    assertThat(mismatch(expected, "{\"status\":1e999999999}"))
        .isEqualTo("JSON /status is 1E+999999999, expected 1");
    assertThat(mismatch(expected, "{\"status\":" + "9".repeat(60_000) + "}"))
        .startsWith("body is not JSON: Number value length");
    assertThat(mismatch(expected, "{\"status\":\"\\u0007\"}"))
        .isEqualTo("JSON /status is \\u0007, expected 1");
  }

  private static @Nullable String mismatch(Map<String, String> expected, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return new JsonExpectation(expected).mismatch(bytes, bytes.length);
  }
}
