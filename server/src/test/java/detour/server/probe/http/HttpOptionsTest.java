package detour.server.probe.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.http.HttpSettings.StatusRange;
import detour.server.probe.tls.TlsSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpOptionsTest {
  @Test
  void shouldHaveDefaultsForEverything() {
    assertThat(HttpCheck.HTTP.settings(given(Map.of())))
        .isEqualTo(HttpCheck.HTTP.get(80, "/", null));
    assertThat(HttpCheck.HTTPS.settings(given(Map.of())))
        .isEqualTo(HttpCheck.HTTPS.get(443, "/", null));
    assertThat(((HttpSettings) HttpCheck.HTTPS.settings(given(Map.of()))).tls())
        .isEqualTo(TlsSettings.DEFAULT);
  }

  @Test
  void shouldTakeEveryKey() {
    Map<String, Object> keys = new HashMap<>();
    keys.put("port", 8443);
    keys.put("path", "/up");
    keys.put("host", "www.example.com");
    keys.put("method", "POST");
    keys.put("headers", Map.of("X-Token", "s"));
    keys.put(
        "expect",
        section("expect", Map.of("status", List.of(StatusRange.of("2xx")), "body", "fine")));
    keys.put("tls", section("tls", Map.of("verify", false, "server_name", "a.example")));

    assertThat(HttpCheck.HTTPS.settings(given(keys)))
        .isEqualTo(
            new HttpSettings(
                8443,
                "/up",
                "www.example.com",
                "POST",
                Map.of("X-Token", "s"),
                List.of(new StatusRange(200, 299)),
                "fine",
                new TlsSettings(false, null, "a.example")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          path        | /a?b=c%20d           | true
          path        | healthz              | false
          path        | /a b                 | false
          host        | www.example.com      | true
          host        | www.example.com:8080 | true
          host        | [2001:db8::1]:8080   | true
          host        | www.example.com.     | false
          host        | a/b                  | false
          method      | GET                  | true
          method      | CONNECT              | false
          method      | get                  | false
          """)
  void shouldCheckText(String key, String text, boolean accepted) {
    if (option(HttpCheck.HTTP.options(), key).type() instanceof OptionType.Text<?> type) {
      if (accepted) {
        assertThat(type.read().apply(text)).isEqualTo(text);
        assertThat(text).containsPattern(type.jsonPattern());
      } else {
        assertThatThrownBy(() -> type.read().apply(text))
            .isInstanceOf(IllegalArgumentException.class);
      }
    } else {
      throw new AssertionError(key + " is no text");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          Host        | the header Host is set by the check itself; use the key host
          connection  | the header connection is set by the check itself
          X Y         | 'X Y' is no header name
          """)
  void shouldRefuseHeadersThatItCannotSend(String header, String message) {
    assertThatThrownBy(() -> HttpCheck.HTTP.settings(given(Map.of("headers", Map.of(header, "x")))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void shouldRefuseAHeaderGivenTwice() {
    assertThatThrownBy(
            () -> HttpCheck.HTTP.settings(given(Map.of("headers", Map.of("x-a", "1", "X-A", "2")))))
        .hasMessageContaining("is given twice");
  }

  @Test
  void shouldRefuseABodyOfAHeadRequest() {
    Object expect = section("expect", Map.of("body", "ok"));
    assertThatThrownBy(
            () -> HttpCheck.HTTP.settings(given(Map.of("method", "HEAD", "expect", expect))))
        .hasMessageContaining("HEAD has no body");
  }

  @Test
  void shouldRefuseACaFileThatIsNone(@TempDir Path folder) throws Exception {
    Path noPem = Files.writeString(folder.resolve("no.pem"), "nothing");
    if (option(sectionOptions("tls"), "ca_file").type() instanceof OptionType.Text<?> type) {
      assertThatThrownBy(() -> type.read().apply("ca.pem")).hasMessageContaining("absolute");
      assertThatThrownBy(() -> type.read().apply(folder + "/absent.pem"))
          .hasMessageContaining("does not exist");
      assertThatThrownBy(() -> type.read().apply(noPem.toString()))
          .hasMessageContaining("PEM certificate");
    } else {
      throw new AssertionError("ca_file is no text");
    }
  }

  @ParameterizedTest
  @CsvSource({"200,200,200", "2xx,200,299", "599,599,599"})
  void shouldReadStatuses(String text, int first, int last) {
    assertThat(StatusRange.of(text)).isEqualTo(new StatusRange(first, last)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource({"20", "2000", "6xx", "2x", "ok", "-200"})
  void shouldRefuseWhatIsNoStatus(String text) {
    assertThatThrownBy(() -> StatusRange.of(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldHaveTheSameTextForEqualSettingsAndShowNoSecret() {
    HttpSettings one = withHeaders(Map.of("A", "secret1", "B", "secret2", "C", "3"));
    HttpSettings same = withHeaders(Map.of("C", "3", "B", "secret2", "A", "secret1"));
    HttpSettings other = withHeaders(Map.of("A", "secret9", "B", "secret2", "C", "3"));

    assertThat(one).isEqualTo(same).hasToString(same.toString()).isNotEqualTo(other);
    assertThat(one.toString()).isNotEqualTo(other.toString()).doesNotContain("secret");
    assertThat(one.summary()).isEqualTo(":80 /x");
  }

  private static HttpSettings withHeaders(Map<String, String> headers) {
    return new HttpSettings(80, "/x", null, "GET", headers, List.of(StatusRange.OK), null, null);
  }

  /// What the reader makes of a nested mapping.
  private static Object section(String key, Map<String, Object> values) {
    if (option(HttpCheck.HTTPS.options(), key).type() instanceof OptionType.Section<?> section) {
      return Objects.requireNonNull(section.build().apply(given(values)));
    }
    throw new AssertionError(key + " is no section");
  }

  private static List<Option<?>> sectionOptions(String key) {
    if (option(HttpCheck.HTTPS.options(), key).type() instanceof OptionType.Section<?> section) {
      return section.options();
    }
    throw new AssertionError(key + " is no section");
  }

  private static Option<?> option(List<Option<?>> options, String key) {
    return options.stream().filter(option -> option.key().equals(key)).findFirst().orElseThrow();
  }

  private static Values given(Map<String, Object> values) {
    return new Values() {
      @Override
      public <V> V of(Option<V> option) {
        V value = orNull(option);
        if (value == null) {
          throw new IllegalStateException(option.key());
        }
        return value;
      }

      @Override
      @SuppressWarnings("unchecked") // the test gives values of the options' types
      public <V> @Nullable V orNull(Option<V> option) {
        Object value = values.get(option.key());
        return value == null ? option.fallback() : (V) value;
      }
    };
  }
}
