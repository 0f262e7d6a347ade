package detour.server.probe.http;

import static detour.server.probe.Probing.PATIENT;
import static detour.server.probe.Probing.asking;
import static detour.server.probe.Probing.expecting;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.probe.ProbeResult;
import detour.server.probe.Probing;
import detour.server.probe.ScriptedBackend;
import detour.server.probe.http.HttpSettings.StatusRange;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is sent besides the head, and what an answer must be besides its status.
class HttpExpectationTest {
  private static final String ADDRESS = "127.0.0.34";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          -      | (?i)STATUS.+ok | -       | 200 OK, body matches
          -      | ^ok$           | -       | body does not match '^ok$' (read 29 bytes)
          -      | -              | ok      | 200 OK, body matches
          -      | -              | down    | JSON /status is ok, expected down
          db     | status         | ok      | 200 OK, body matches
          dc     | status         | ok      | body does not contain 'dc' (read 29 bytes)
          db     | state          | down    | body does not match 'state$' (read 29 bytes)
          """)
  void shouldDemandAllThatIsExpectedOfABody(
      @Nullable String text, @Nullable String regex, @Nullable String status, String detail)
      throws Exception {
    String pattern = regex == null ? null : regex.equals("state") ? "state$" : regex;
    Expectation expected = expectation(Map.of(), text, pattern, status);
    try (ScriptedBackend backend = answering("", "{\"status\":\"ok\",\"db\":{\"up\":1}}")) {
      assertThat(run(expecting(backend.port(), expected)).detail()).isEqualTo(detail);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          content-type | json | 200 OK
          X-Served-By  | ``   | 200 OK
          X-Served-By  | web2 | 200 OK
          X-Served-By  | web3 | header X-Served-By is 'web1' and does not contain 'web3'
          X-Cache      | ``   | header X-Cache is missing
          """)
  void shouldExpectHeaders(String name, String text, String detail) throws Exception {
    Expectation expected = expectation(Map.of(name, text), null, null, null);
    String headers = "Content-Type: application/json\r\nX-Served-By: web1\r\nX-Served-By: web2\r\n";
    try (ScriptedBackend backend = answering(headers, "{}")) {
      assertThat(run(expecting(backend.port(), expected)).detail()).isEqualTo(detail);
    }
  }

  @Test
  void shouldJudgeAPatternByWhatItReads() throws Exception {
    Expectation early = expectation(Map.of(), null, "^x+$", null);
    Expectation late = expectation(Map.of(), null, "ok$", null);
    try (ScriptedBackend backend = answering("", "x".repeat(2000) + "ok")) {
      assertThat(run(reading(backend.port(), early, 2000)).detail())
          .isEqualTo("200 OK, body matches");
      assertThat(run(reading(backend.port(), late, 2000)).detail())
          .isEqualTo("body does not match 'ok$' in its first 2000 bytes");
      assertThat(run(reading(backend.port(), late, 2002)).detail())
          .isEqualTo("200 OK, body matches");
    }
  }

  @Test
  void shouldNotReadHalfABodyAsJson() throws Exception {
    Expectation expected = expectation(Map.of(), null, null, "ok");
    String json = "{\"status\":\"ok\"}";
    try (ScriptedBackend backend = answering("", json)) {
      assertThat(run(reading(backend.port(), expected, json.length())).detail())
          .isEqualTo("200 OK, body matches");
      assertThat(run(reading(backend.port(), expected, 8)).detail())
          .isEqualTo("body is longer than 8 bytes and was not read as JSON");
    }
  }

  @Test
  void shouldStopAPatternThatTakesTooLong() throws Exception {
    Expectation expected = expectation(Map.of(), null, "^(x+)+\\1y", null);
    try (ScriptedBackend backend = answering("", "x".repeat(300))) {
      assertThat(run(expecting(backend.port(), expected)).detail())
          .isEqualTo("body_regex takes too long with this body and was stopped (read 300 bytes)");
    }
  }

  @Test
  void shouldTimeOutOnABodyThatNeverEndsButPassOnceItsTextIsThere() throws Exception {
    try (ScriptedBackend backend =
        ScriptedBackend.on(
            ADDRESS,
            socket -> {
              ScriptedBackend.send(socket, "HTTP/1.1 200 OK\r\n\r\nstatus ok\n");
              Thread.sleep(60_000);
            })) {
      assertThat(run(expecting(backend.port(), Expectation.of(ok(), "ok"))).detail())
          .isEqualTo("200 OK, body matches");
      assertThat(
              Probing.run(
                      "http",
                      expecting(backend.port(), expectation(Map.of(), null, "ok", null)),
                      ADDRESS,
                      Duration.ofMillis(500))
                  .detail())
          .isEqualTo("timed out after 500 ms while reading the body (read 10 bytes)");
    }
  }

  @ParameterizedTest
  @CsvSource({"POST", "PUT", "PATCH", "DELETE", "PURGE"})
  void shouldSendABodyWithAnyMethod(String method) throws Exception {
    List<String> bodies = new CopyOnWriteArrayList<>();
    String body = "{\"probe\": \"\u00e4\"}";
    try (ScriptedBackend backend =
        ScriptedBackend.on(
            ADDRESS,
            socket -> {
              bodies.add(read(socket, body.getBytes(StandardCharsets.UTF_8).length));
              ScriptedBackend.send(socket, "HTTP/1.1 204 No Content\r\n\r\n");
            })) {
      Expectation expected = Expectation.of(List.of(StatusRange.of("204")), null);
      assertThat(run(asking(backend.port(), method, "/", body, expected, 0)).detail())
          .isEqualTo("204 No Content");

      assertThat(bodies).containsExactly(body);
      assertThat(backend.requests().getFirst().toLowerCase(Locale.ROOT))
          .startsWith(method.toLowerCase(Locale.ROOT) + " / http/1.1\r\n")
          .contains("\r\ncontent-length: 15\r\n");
    }
  }

  private static String read(Socket socket, int bytes) throws IOException {
    return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.UTF_8);
  }

  private static ScriptedBackend answering(String headers, String body) throws IOException {
    return ScriptedBackend.answering(
        ADDRESS,
        "HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s"
            .formatted(headers, body.length(), body));
  }

  private static Expectation expectation(
      Map<String, String> headers,
      @Nullable String body,
      @Nullable String regex,
      @Nullable String status) {
    return new Expectation(
        ok(),
        headers,
        body,
        regex == null ? null : new BodyRegex(regex),
        new JsonExpectation(status == null ? Map.of() : Map.of("/status", status)));
  }

  private static List<StatusRange> ok() {
    return List.of(StatusRange.OK);
  }

  private static HttpSettings reading(int port, Expectation expected, int bodyBytesMax) {
    return new HttpSettings(
        port,
        HttpSettings.Version.HTTP_1_1,
        new RequestSettings("GET", "/", null, Map.of(), ""),
        expected,
        bodyBytesMax,
        0,
        null);
  }

  private static ProbeResult run(HttpSettings settings) throws InterruptedException {
    return Probing.run("http", settings, ADDRESS, PATIENT);
  }
}
