package detour.systemtest;

import static detour.systemtest.Configurations.WWW;
import static detour.systemtest.Configurations.twoPools;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/// What people and programs can see of the decisions.
class ObservabilityTest {
  @RegisterExtension final Stage stage = Stage.forEachTest();

  private final ScriptedBackend primary = stage.backend(1);

  @BeforeEach
  void startStandby() {
    stage.backend(2);
  }

  @Test
  void shouldExposeWhatWasPromisedToPrometheus() {
    DetourServer server = stage.server(twoPools(stage));
    server.awaitVerdict(WWW, "primary", "p1", "UP");
    server.dns().addresses(WWW);

    String metrics = server.get("/metrics").body();

    assertThat(metrics)
        .contains(
            "detour_dns_queries_total{",
            "transport=\"udp\"",
            "detour_probe_duration_seconds_bucket{",
            "detour_probes_total{",
            "detour_opinions{",
            "detour_selections{",
            "detour_answer_held_until_timestamp_seconds{");
    assertThat(metrics.lines().filter(line -> line.startsWith("# HELP detour_")))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line.split(" ", 4)).hasSize(4));
  }

  @Test
  void shouldCountQueriesByTransportTypeAndResponse() {
    DetourServer server = stage.server(twoPools(stage));
    for (int i = 0; i < 10; i++) {
      server.dns().addresses(WWW);
      server.dns().ask("missing.example.com", 28);
    }

    Awaitility.await("the counts")
        .atMost(DetourServer.PATIENCE)
        .untilAsserted(() ->
            assertThat(server.get("/metrics").body().lines())
                .anyMatch(line ->
                    line.startsWith("detour_dns_queries_total{")
                        && line.contains("\"NXDOMAIN\"")
                        && line.contains("\"AAAA\"")
                        && line.endsWith(" 10.0")));
  }

  @Test
  void shouldTellWhoeverFollowsTheEvents() throws Exception {
    DetourServer server = stage.server(twoPools(stage));
    server.awaitVerdict(WWW, "primary", "p1", "UP");
    server.awaitVerdict(WWW, "standby", "s1", "UP");
    List<String> lines = new CopyOnWriteArrayList<>();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<InputStream> stream =
          client.send(
              HttpRequest.newBuilder(URI.create(server.url("/api/v1/events"))).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      assertThat(stream.headers().firstValue("Content-Type").orElse(""))
          .startsWith("text/event-stream");
      Thread reader = Thread.ofVirtual().start(() -> read(stream.body(), lines));

      primary.behave(ScriptedBackend.Behaviour.ERROR_500);

      Awaitility.await("the failover among the events")
          .atMost(DetourServer.PATIENCE)
          .untilAsserted(() ->
              assertThat(lines)
                  .anyMatch(line -> line.startsWith("data:") && line.contains("standby")));
      stream.body().close();
      reader.join(DetourServer.PATIENCE);
      client.shutdownNow();
    }
  }

  private static void read(InputStream stream, List<String> lines) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      reader.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException e) {
      lines.add("(closed)");
    }
  }

  @Test
  void shouldExplainAnAnswerDownToTheLastObservation() {
    DetourServer server = stage.server(twoPools(stage));
    server.awaitVerdict(WWW, "primary", "p1", "UP");
    primary.behave(ScriptedBackend.Behaviour.ERROR_500);
    server.awaitAnswer(WWW, stage.address(2));

    Command.Output text = server.cli("explain", WWW).requireSuccess();
    JsonNode json = DetourServer.json(server.cli("explain", WWW, "--type", "A", "--json"));

    assertThat(text.out()).contains("standby", stage.address(2), stage.address(1), "500");
    assertThat(json.path("answer").path("service").asString()).isEqualTo(WWW);
    assertThat(json.path("service").path("selections").path(0).path("pool").asString())
        .isEqualTo("standby");
  }

  @Test
  void shouldShowStatusAndHistoryToPeople() {
    DetourServer server = stage.server(twoPools(stage));
    server.awaitVerdict(WWW, "primary", "p1", "UP");
    primary.behave(ScriptedBackend.Behaviour.ERROR_500);
    server.awaitStatus(WWW, "FAILED_OVER");

    assertThat(server.cli("status").requireSuccess().out())
        .contains(WWW, "primary", "standby", "p1", "s1");
    Awaitility.await("the failover in the history")
        .atMost(DetourServer.PATIENCE)
        .untilAsserted(() ->
            assertThat(server.cli("history", WWW).requireSuccess().out())
                .contains("primary", "standby"));
  }

  @Test
  void shouldLogTransitionsWithTheirReason() {
    DetourServer server = stage.server(twoPools(stage));
    server.awaitVerdict(WWW, "primary", "p1", "UP");
    primary.behave(ScriptedBackend.Behaviour.ERROR_500);
    server.awaitStatus(WWW, "FAILED_OVER");

    Awaitility.await("the failover in the log")
        .atMost(DetourServer.PATIENCE)
        .untilAsserted(() ->
            assertThat(server.log().lines())
                .anyMatch(line ->
                    line.contains(WWW) && line.contains("primary") && line.contains("standby")));
  }

  @Test
  void shouldRefuseWhatAForeignPageCouldSend() {
    DetourServer server = stage.server(twoPools(stage));

    // What a page of a foreign site can send without the browser asking first.
    assertThat(server.post("/api/v1/reload", "text/plain", "").statusCode()).isBetween(400, 499);
    assertThat(server.get("/api/v1/nothing").statusCode()).isEqualTo(404);
  }
}
