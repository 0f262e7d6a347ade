package detour.server.probe.prometheus;

import static detour.server.probe.Probing.BRIEF;
import static detour.server.probe.Probing.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.probe.CheckRun;
import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.Probing;
import detour.server.probe.ScriptedBackend;
import detour.server.probe.tls.TlsSettings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrometheusCheckTest {
  private static final String ADDRESS = "127.0.0.33";
  private static final String UP = vector("[{\"metric\":{\"job\":\"n\"},\"value\":[1,\"1\"]}]");

  @TempDir Path folder;

  @Test
  void shouldAskForTheQueryWithTheEndpointInItAndTheToken() throws Exception {
    Path token = Files.writeString(folder.resolve("token"), "secret-token\n");
    try (ScriptedBackend backend = ScriptedBackend.answering(ADDRESS, ok(UP))) {
      PrometheusSettings settings =
          new PrometheusSettings(
              URI.create("http://" + ADDRESS + ":" + backend.port() + "/prom/"),
              "up{instance=\"{address}:9100\"}",
              Expectation.of("== 1"),
              Map.of("X-Scope-OrgID", "one"),
              token,
              TlsSettings.DEFAULT);
      ProbeResult result = run(settings, PATIENT);

      assertThat(result.passed()).as(result.detail()).isTrue();
      assertThat(result.detail()).isEqualTo("{job=\"n\"} is 1");
      assertThat(backend.requests().getFirst())
          .startsWith(
              "GET /prom/api/v1/query?query=up%7Binstance%3D%22192.0.2.1%3A9100%22%7D&timeout=20000ms"
                  + " ")
          .containsIgnoringCase("\r\nauthorization: Bearer secret-token\r\n")
          .containsIgnoringCase("\r\nx-scope-orgid: one\r\n");
      assertThat(settings.toString()).doesNotContain("secret", "one");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "> 0, 1, true", "> 0, 0, false", ">= 0.5, 0.5, true", "< 1e3, 999, true", "<= -1, 0, false",
    "== 1, 1.0, true", "!= 1, 2, true", "!= 1, NaN, false", "> 0, +Inf, true", "< 0, -Inf, true",
  })
  void shouldCompareEveryValue(String expectation, String value, boolean passes) throws Exception {
    String series =
        "[{\"metric\":{},\"value\":[1,\"%s\"]},{\"metric\":{},\"value\":[1,\"%s\"]}]"
            .formatted(value, value);
    assertThat(answered(ok(vector(series)), expectation).passed()).isEqualTo(passes);
  }

  @Test
  void shouldFailWhenOneSeriesOfManyIsBeyondTheBound() throws Exception {
    ProbeResult result =
        answered(
            ok(
                vector(
                    "[{\"metric\":{\"a\":\"1\"},\"value\":[1,\"5\"]},"
                        + "{\"metric\":{\"__name__\":\"lag\",\"a\":\"2\"},\"value\":[1,\"9.50\"]}]")),
            "< 9");
    assertThat(result.passed()).isFalse();
    assertThat(result.detail()).isEqualTo("lag{a=\"2\"} is 9.5, expected < 9 (one of 2 series)");
  }

  @Test
  void shouldFailWithoutSeriesAndPassOnAnyWithoutAnExpectation() throws Exception {
    assertThat(answered(ok(vector("[]")), null).detail()).isEqualTo("the query gives no series");
    assertThat(answered(ok(UP.replace("\"1\"", "\"0\"")), null).passed()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "400 | {\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error\"} |"
            + " Prometheus answered 400, bad_data: parse error",
        "200 | <html>                                                                       |"
            + " Prometheus answered 200, the answer is no JSON",
        "200 | {\"status\":\"success\"}                                                     |"
            + " Prometheus answered 200, the answer is none of a Prometheus",
        "401 |                                                                              |"
            + " Prometheus answered 401, the answer is none of a Prometheus",
      })
  void shouldSayWhatIsWrongWithAnAnswer(int status, @Nullable String body, String detail)
      throws Exception {
    String text = body == null ? "" : body;
    assertThat(answered(http(status, text), null).detail()).isEqualTo(detail);
  }

  @Test
  void shouldReadAnAnswerInPieces() throws Exception {
    String answer = ok(UP);
    try (ScriptedBackend backend =
        ScriptedBackend.on(
            ADDRESS,
            socket -> {
              for (int at = 0; at < answer.length(); at++) {
                ScriptedBackend.send(socket, answer.substring(at, at + 1));
              }
            })) {
      assertThat(run(settings(backend.port(), null), PATIENT).passed()).isTrue();
    }
  }

  @Test
  void shouldReadNoMoreThanItsLimit() throws Exception {
    ProbeResult result =
        answered(http(200, " ".repeat(PrometheusProbe.ANSWER_BYTES_MAX + 1)), null);
    assertThat(result.detail()).startsWith("the answer is longer than 256 KiB");
  }

  @Test
  void shouldTimeOutWhenPrometheusHangsAndFailWhenItResets() throws Exception {
    try (ScriptedBackend backend = ScriptedBackend.on(ADDRESS, socket -> Thread.sleep(60_000))) {
      assertThat(run(settings(backend.port(), null), BRIEF).detail())
          .isEqualTo("timed out after 300 ms while waiting for the result of the query");
    }
    try (ScriptedBackend backend =
        ScriptedBackend.on(ADDRESS, socket -> socket.setSoLinger(true, 0))) {
      assertThat(run(settings(backend.port(), null), PATIENT).detail())
          .isEqualTo("connection reset while waiting for the result of the query");
    }
  }

  @Test
  void shouldFailWhenTheTokenCannotBeRead() throws Exception {
    PrometheusSettings settings =
        new PrometheusSettings(
            URI.create("http://127.0.0.33:1"),
            "up",
            null,
            Map.of(),
            folder.resolve("missing"),
            TlsSettings.DEFAULT);
    ProbeResult result = run(settings, PATIENT);
    assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(result.detail()).startsWith("the token file cannot be read: ");
  }

  @Test
  void shouldAskARealPrometheus() throws Exception {
    try (PrometheusServer server = PrometheusServer.start(folder)) {
      int port = server.port();
      assertThat(run(settings(port, "vector(1)", "> 0"), PATIENT).detail()).isEqualTo("1");
      assertThat(run(settings(port, "scalar(vector(2))", "== 2"), PATIENT).passed()).isTrue();
      assertThat(run(settings(port, "vector(0)", "> 0"), PATIENT).detail())
          .isEqualTo("0, expected > 0");
      assertThat(run(settings(port, "nothing_of_this_name", null), PATIENT).detail())
          .isEqualTo("the query gives no series");
      assertThat(run(settings(port, "up{", null), PATIENT).detail())
          .startsWith("Prometheus answered 400, bad_data: ");
      assertThat(run(settings(port, "vector(1)[1m:1s]", null), PATIENT).detail())
          .startsWith("Prometheus answered 200, the query gives a matrix");
      server.stopAnswering();
      assertThat(run(settings(port, "vector(1)", null), BRIEF).detail())
          .startsWith("timed out after 300 ms while");
      server.kill();
      assertThat(run(settings(port, "vector(1)", null), PATIENT).detail())
          .isEqualTo("connection refused");
    }
  }

  private ProbeResult answered(String answer, @Nullable String expectation) throws Exception {
    try (ScriptedBackend backend = ScriptedBackend.answering(ADDRESS, answer)) {
      return run(settings(backend.port(), expectation), PATIENT);
    }
  }

  private static PrometheusSettings settings(int port, @Nullable String expectation) {
    return new PrometheusSettings(
        URI.create("http://" + ADDRESS + ":" + port),
        "up",
        expectation == null ? null : Expectation.of(expectation),
        Map.of(),
        null,
        TlsSettings.DEFAULT);
  }

  private static PrometheusSettings settings(int port, String query, @Nullable String expectation) {
    PrometheusSettings plain = settings(port, expectation);
    return new PrometheusSettings(
        URI.create("http://127.0.0.1:" + port),
        query,
        plain.expectation(),
        Map.of(),
        null,
        TlsSettings.DEFAULT);
  }

  private static ProbeResult run(PrometheusSettings settings, Duration timeout)
      throws InterruptedException {
    return CheckRun.once(
        new PrometheusCheck(),
        Probing.check("prometheus", settings, timeout),
        Probing.destination("192.0.2.1"));
  }

  private static String vector(String result) {
    return "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":"
        + result
        + "}}";
  }

  private static String ok(String body) {
    return http(200, body);
  }

  private static String http(int status, String body) {
    return "HTTP/1.1 %d x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(status, body.length(), body);
  }
}
