package detour.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.server.publish.Command;
import detour.server.publish.CommandRefused;
import detour.server.publish.Extent;
import detour.server.publish.PublishedState.SaidState;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ApiServerTest extends ServedApi {
  @Test
  void shouldShowTheWholeStatusInSnakeCaseWithIsoTimes() throws Exception {
    HttpResponse<String> response = get("/api/v1/status");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    JsonNode json = json(response);
    assertThat(json.at("/node").asString()).isEqualTo("ams1");
    assertThat(json.at("/started_at").asString()).isEqualTo("2026-11-22T12:00:00.250Z");
    assertThat(json.at("/services/0/selections/0/ttl_seconds").asInt()).isEqualTo(30);
    JsonNode endpoint = json.at("/services/0/pools/0/endpoints/0");
    assertThat(endpoint.at("/override/state").asString()).isEqualTo("drain");
    assertThat(endpoint.at("/held_until").asString()).isEqualTo("2026-11-22T12:00:30.250Z");
    assertThat(endpoint.at("/opinions/0/last_observations/0/detail").asString())
        .isEqualTo("200 OK");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"www.example.com", "WWW.Example.com", "www.example.com.", "www%2Eexample.com"})
  void shouldShowOneServiceHoweverItsNameIsWritten(String name) throws Exception {
    HttpResponse<String> response = get("/api/v1/services/" + name);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(json(response).at("/name").asString()).isEqualTo("www.example.com");
  }

  /// With ten thousand services, a picture of all for one of them takes a second.
  @ParameterizedTest
  @CsvSource({
    "/api/v1/services/WWW.example.com, true",
    "/api/v1/services/www.example.com/convergence, true",
    "/api/v1/services/www.example.com/trends, true",
    "/api/v1/explain?name=www.example.com, true",
    "/api/v1/explain?name=other.example.com, false",
    "/api/v1/overrides, false"
  })
  void shouldDrawNoServiceButTheOneThatIsAskedFor(String path, boolean one) throws Exception {
    assertThat(get(path).statusCode()).isEqualTo(200);

    assertThat(server.asked)
        .isNotEmpty()
        .allSatisfy(extent -> {
          assertThat(extent.names()).isEqualTo(one ? Set.of("www.example.com") : Set.of());
          assertThat(extent.alarms()).isFalse();
        });
  }

  @Test
  void shouldDrawNoOtherServiceAfterAChangeOfOne() throws Exception {
    send(
        "POST",
        "/api/v1/overrides",
        "{\"target\":\"www.example.com/ams\",\"state\":\"up\",\"reason\":\"well\"}");

    assertThat(server.asked).isNotEmpty().extracting(Extent::names).doesNotContainNull();
  }

  @Test
  void shouldTellOfAServiceWhatIsSaidOfItAndUntilWhenItMayBeApproved() throws Exception {
    OperatorOverride asked =
        new OperatorOverride(OperatorOverride.State.DRAIN, "update", "alice", FakeServer.AT, null)
            .vetted(
                new OperatorOverride.Vetting(FakeServer.AT.plusSeconds(3_600), null, List.of()));
    server.state =
        FakeServer.state("SERVING")
            .withOverrides(
                List.of(
                    new SaidState(OverridePath.parse("other.example.com/ams"), asked),
                    new SaidState(OverridePath.parse("www.example.com/ams"), asked)));

    JsonNode overrides = json(get("/api/v1/services/www.example.com")).at("/overrides");

    assertThat(overrides.size()).isEqualTo(1);
    assertThat(overrides.at("/0/target").asString()).isEqualTo("www.example.com/ams");
    JsonNode layer = overrides.at("/0/layers/0");
    assertThat(layer.at("/awaited").asBoolean()).isTrue();
    assertThat(layer.at("/in_force").asBoolean()).isFalse();
    assertThat(layer.at("/lapses").asString()).isEqualTo("2026-11-22T13:00:00.250Z");
  }

  @Test
  void shouldExplainAnAnswerDownToTheService() throws Exception {
    HttpResponse<String> response =
        get("/api/v1/explain?name=www.example.com&type=aaaa&client=2001:db8::1");

    JsonNode json = json(response);
    assertThat(json.at("/question/type").asString()).isEqualTo("AAAA");
    assertThat(json.at("/question/client").asString()).isEqualTo("2001:db8:0:0:0:0:0:1");
    assertThat(json.at("/answer/answers/0/data").asString()).isEqualTo("192.0.2.10");
    assertThat(json.at("/service/pools/0/name").asString()).isEqualTo("ams");
  }

  @Test
  void shouldExplainANameThatNoServiceHolds() throws Exception {
    JsonNode json = json(get("/api/v1/explain?name=other.example.com"));

    assertThat(json.at("/answer/rcode").asString()).isEqualTo("NXDOMAIN");
    assertThat(json.at("/service").isNull()).isTrue();
  }

  @Test
  void shouldPageThroughTheHistory() throws Exception {
    JsonNode first = json(get("/api/v1/history?limit=100"));
    JsonNode rest =
        json(get("/api/v1/history?limit=100&before=" + first.at("/next_before").asLong()));

    assertThat(first.at("/events").size()).isEqualTo(100);
    assertThat(rest.at("/events").size()).isEqualTo(20);
    assertThat(rest.at("/next_before").isNull()).isTrue();
  }

  @Test
  void shouldSetAnOverrideInTheNameOfItsAuthor() throws Exception {
    HttpResponse<String> response =
        send(
            "POST",
            "/api/v1/overrides",
            "{\"target\":\"WWW.example.com/ams/web1\",\"state\":\"drain\",\"reason\":\"update\",\"for\":\"1h30m\"}",
            "Detour-Author",
            "alice");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(json(response).at("/done").asString())
        .isEqualTo("www.example.com/ams/web1 is drained for 1h30m");
    assertThat(json(response).at("/service/name").asString()).isEqualTo("www.example.com");
    assertThat(server.command())
        .isEqualTo(
            new Command.SetOverride(
                new OverridePath("www.example.com", "ams", "web1"),
                OperatorOverride.State.DRAIN,
                "update",
                Duration.ofMinutes(90),
                "alice (api@127.0.0.1)"));
  }

  @Test
  void shouldChangeAServiceOnlyWhileItIsAsTheCallerSawIt() throws Exception {
    String override = "{\"target\":\"www.example.com/ams\",\"state\":\"up\",\"reason\":\"well\"}";
    String seen = get("/api/v1/services/www.example.com").headers().firstValue("ETag").orElse("");
    assertThat(seen).isEqualTo("\"version-1\"");

    HttpResponse<String> late =
        send("POST", "/api/v1/overrides", override, "If-Match", "\"version-0\"");
    assertThat(late.statusCode()).isEqualTo(412);
    assertThat(json(late).at("/field").asString()).isEqualTo("If-Match");
    assertThat(server.commands).isEmpty();

    assertThat(send("POST", "/api/v1/overrides", override, "If-Match", seen).statusCode())
        .isEqualTo(200);
    assertThat(server.command())
        .isInstanceOfSatisfying(
            Command.Conditional.class,
            conditional -> {
              assertThat(conditional.service()).isEqualTo("www.example.com");
              assertThat(conditional.command()).isInstanceOf(Command.SetOverride.class);
            });
  }

  @Test
  void shouldLinkToTheRestOfTheHistory() throws Exception {
    HttpResponse<String> page = get("/api/v1/history?limit=100&service=www.example.com");
    assertThat(page.headers().firstValue("Link"))
        .hasValue("</api/v1/history?before=21&limit=100&service=www.example.com>; rel=\"next\"");

    assertThat(get("/api/v1/history?before=21&limit=100").headers().firstValue("Link")).isEmpty();
  }

  @Test
  void shouldNameTheAddressOfAnAuthorWhoDoesNotSay() throws Exception {
    send("POST", "/api/v1/reload", "");

    assertThat(server.command()).isEqualTo(new Command.Reload("api@127.0.0.1"));
  }

  @Test
  void shouldClearAnOverride() throws Exception {
    HttpResponse<String> response =
        send("DELETE", "/api/v1/overrides?target=www.example.com/ams", "", "Detour-Author", "bob");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(server.command())
        .isEqualTo(
            new Command.ClearOverride(
                new OverridePath("www.example.com", "ams", null), "bob (api@127.0.0.1)"));
  }

  @Test
  void shouldApproveAFailback() throws Exception {
    HttpResponse<String> response =
        send(
            "POST",
            "/api/v1/failback",
            "{\"service\":\"www.example.com.\"}",
            "Detour-Author",
            "bob");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(server.command())
        .isEqualTo(new Command.ApproveFailback("www.example.com", "bob (api@127.0.0.1)"));
  }

  @Test
  void shouldTellWhyACommandWasRefused() throws Exception {
    server.commandFailure = new CommandRefused("detour.yaml:3:1: unknown key");

    HttpResponse<String> response = send("POST", "/api/v1/reload", "");

    assertProblem(response, 409, null, "detour.yaml:3:1: unknown key");
  }

  @Test
  void shouldNotTellTheInsideOfAFailure() throws Exception {
    server.commandFailure = new IllegalStateException("secret");

    HttpResponse<String> response = send("POST", "/api/v1/reload", "");

    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(response.body()).doesNotContain("secret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GET    | /nosuch                                      |                              | 404 |         | GET /
          GET    | /api/v1/services/nosuch.example.com          |                              | 404 | name    | nosuch.example.com
          PUT    | /api/v1/status                               | {}                           | 405 |         | GET
          GET    | /api/v1/status?verbose=1                     |                              | 400 | verbose | unknown parameter
          GET    | /api/v1/explain                              |                              | 400 | name    | missing
          GET    | /api/v1/explain?name=a&name=b                |                              | 400 | name    | 2 times
          GET    | /api/v1/explain?name=a..b                    |                              | 400 | name    | empty label
          GET    | /api/v1/explain?name=a&type=A+B              |                              | 400 | type    | no type
          GET    | /api/v1/explain?name=a&client=localhost      |                              | 400 | client  | no IPv4 or IPv6 address
          GET    | /api/v1/history?service=nosuch.example.com   |                              | 404 | service | no service is named
          GET    | /api/v1/history?limit=0                      |                              | 400 | limit   | from 1 to 1000
          GET    | /api/v1/history?limit=1001                   |                              | 400 | limit   | from 1 to 1000
          GET    | /api/v1/history?before=x                     |                              | 400 | before  | whole number
          POST   | /api/v1/overrides                            |                              | 400 |         | JSON
          POST   | /api/v1/overrides                            | [1]                          | 400 |         | JSON object
          POST   | /api/v1/overrides                            | {"target":                   | 400 |         | JSON
          POST   | /api/v1/overrides                            | {"colour":"red"}             | 400 | colour  | unknown field
          POST   | /api/v1/overrides                            | {"state":"up","reason":"x"}  | 400 | target  | missing
          POST   | /api/v1/overrides                            | {"target":7}                 | 400 | target  | expected a text
          POST   | /api/v1/overrides                            | {"target":"www"}             | 400 | target  | service/pool
          POST   | /api/v1/overrides                            | {"target":"a/b","state":"off"}                          | 400 | state  | up, down or drain
          POST   | /api/v1/overrides                            | {"target":"a/b","state":"up"}                           | 400 | reason | missing
          POST   | /api/v1/overrides                            | {"target":"a/b","state":"up","reason":"x\\ny"}          | 400 | reason | one line
          POST   | /api/v1/overrides                            | {"target":"a/b","state":"up","reason":"x","for":"soon"} | 400 | for    | 30m
          POST   | /api/v1/overrides                            | {"target":"a/b","state":"up","reason":"x","for":"0s"}   | 400 | for    | 30m
          POST   | /api/v1/overrides                            | {"target":"a/b","state":"up","reason":"x","for":"367d"} | 400 | for    | 366d
          DELETE | /api/v1/overrides                            |                              | 400 | target  | missing
          DELETE | /api/v1/overrides?target=x                   |                              | 400 | target  | service/pool
          POST   | /api/v1/failback                             | {}                           | 400 | service | missing
          POST   | /api/v1/failback                             | {"service":"nosuch"}         | 409 |         | nosuch
          """)
  void shouldTellWhatIsWrongWithARequest(
      String method,
      String path,
      @Nullable String body,
      int status,
      @Nullable String field,
      String detail)
      throws Exception {
    HttpResponse<String> response = send(method, path, body == null ? "" : body);

    assertProblem(response, status, field, detail);
    assertThat(server.commands).isEmpty();
  }

  @Test
  void shouldTellWhichMethodsARouteTakes() throws Exception {
    HttpResponse<String> response = send("PUT", "/api/v1/overrides", "{}");

    assertThat(response.headers().firstValue("Allow")).hasValue("DELETE, GET, POST");
  }

  @Test
  void shouldRefuseABodyOver64Kib() throws Exception {
    HttpResponse<String> response =
        send("POST", "/api/v1/failback", "{\"service\":\"" + "x".repeat(65 * 1024) + "\"}");

    assertProblem(response, 413, null, "65536 bytes");
  }

  @Test
  void shouldRefuseAnAuthorWithControlCharactersOrTooLong() throws Exception {
    HttpResponse<String> response =
        send("POST", "/api/v1/reload", "", "Detour-Author", "x".repeat(65));

    assertProblem(response, 400, "Detour-Author", "64 printable");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/jsonp"})
  void shouldRefuseAChangeThatAForeignPageCouldSend(String contentType) throws Exception {
    HttpResponse<String> response =
        http.send(
            request("/api/v1/reload")
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());

    assertProblem(response, 415, "Content-Type", "application/json");
    assertThat(server.commands).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://evil.example", "null", "http://127.0.0.1:1", "http://localhost", "::"})
  void shouldRefuseAForeignOrigin(String origin) throws Exception {
    HttpResponse<String> response = send("POST", "/api/v1/reload", "", "Origin", origin);

    assertProblem(response, 403, "Origin", origin);
    assertThat(server.commands).isEmpty();
  }

  @Test
  void shouldAcceptItsOwnOrigin() throws Exception {
    assertThat(send("POST", "/api/v1/reload", "", "Origin", server.url()).statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, 200",
    "LOCALHOST:8053, 200",
    "127.0.0.1, 200",
    "127.3.2.1:80, 200",
    "[::1]:8053, 200",
    "detour.example.net:8053, 200",
    "evil.example, 421",
    "127.0.0.1.evil.example, 421",
    "localhost.evil.example:8053, 421",
    "192.0.2.1, 421",
    "[::1, 400",
  })
  void shouldAnswerToItsOwnNamesOnly(String host, int status) throws Exception {
    assertThat(
            raw("GET /api/v1/status HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 " + status + " ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /api/v1/services/%2e%2e/status HTTP/1.1",
        "GET /api/v1/services/a%2Fb HTTP/1.1",
        "GET /api/v1/explain?name=%zz HTTP/1.1",
        "GET /api/v1/explain?name=%ff HTTP/1.1",
        "GET // HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "BREW / HTTP/1.1",
        "nonsense",
      })
  void shouldSurviveStrangeRequests(String line) throws Exception {
    assertThat(raw(line + "\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
        .matches("(?s)HTTP/1.1 4\\d\\d .*");
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldSayThatNothingIsDecidedYet() throws Exception {
    server.state = null;

    assertProblem(get("/api/v1/status"), 503, null, "starting");
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldBeReadyOnceQueriesAreAnswered() throws Exception {
    server.notReady = "the zones are being loaded";
    HttpResponse<String> before = get("/readyz");
    server.notReady = null;
    HttpResponse<String> after = get("/readyz");

    assertThat(before.statusCode()).isEqualTo(503);
    assertThat(before.body()).contains("the zones are being loaded");
    assertThat(after.statusCode()).isEqualTo(200);
  }

  @Test
  void shouldExposeMetricsUnderTheirOwnContentType() throws Exception {
    HttpResponse<String> response = get("/metrics");

    assertThat(response.body()).isEqualTo("detour_up 1\n");
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
  }

  @Test
  void shouldListItsRoutes() throws Exception {
    assertThat(get("/").body())
        .contains("/api/v1/status", "/api/v1/events", "POST   /api/v1/overrides", "/readyz");
  }

  @Test
  void shouldAnswerHeadWithoutABody() throws Exception {
    HttpResponse<String> response = send("HEAD", "/healthz", "");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
    assertThat(response.headers().firstValue("Content-Length")).hasValue("6");
  }

  @Test
  void shouldKeepBrowsersFromGuessingFramingAndKeeping() throws Exception {
    HttpResponse<String> response = get("/");

    assertThat(response.headers().map())
        .containsKeys("x-content-type-options", "content-security-policy", "cache-control");
  }

  @Test
  void shouldSayWhichAddressIsTaken() {
    ApiServer second = server.apiAt(server.address());

    assertThatThrownBy(second::start)
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "cannot listen on 127.0.0.1:" + server.address().getPort() + " (HTTP API): ")
        .hasMessageContaining("in use");
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), server.address().getPort()),
          5_000);
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void assertProblem(
      HttpResponse<String> response, int status, @Nullable String field, String detail) {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    JsonNode problem = json(response);
    assertThat(problem.at("/status").asInt()).isEqualTo(status);
    assertThat(problem.at("/title").asString()).isNotBlank();
    assertThat(problem.at("/detail").asString()).contains(detail);
    assertThat(problem.at("/field").isNull() ? null : problem.at("/field").asString())
        .isEqualTo(field);
  }
}
