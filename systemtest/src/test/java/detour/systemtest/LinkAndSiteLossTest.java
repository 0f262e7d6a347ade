package detour.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Much fails at once: when this server's own link is cut it believes nothing of it, and when a
/// whole site is lost, all of it. The guard is left at its defaults.
class LinkAndSiteLossTest {
  private static final int PRIMARY_SITE = 1;
  private static final int STANDBY_SITE = 2;

  /// Much longer than three failures take: an interval and a timeout of 1 s, and two confirmations
  /// 100 ms apart.
  private static final Duration LONGER_THAN_DETECTION = Duration.ofSeconds(5);

  @RegisterExtension final Stage stage = Stage.forEachTest();

  private TwoSites sites;
  private DetourServer server;

  @BeforeEach
  void watchBothSites() {
    Peers.require("curl");
    Peers.require("dig");
    sites = new TwoSites(stage);
    server = stage.unstartedServer(configuration());
    server.launcher(sites.near().command(List.of()));
    server.launch();
    await("the server to be ready").until(() -> fetch("/readyz").exitCode() == 0);
    await("every endpoint to be up")
        .until(() -> verdicts(status()), all("UP", 2 * TwoSites.ENDPOINTS));
  }

  @ParameterizedTest
  @EnumSource(TwoSites.Cut.class)
  void shouldChangeNothingWhileItsOwnLinkIsCutAndDecideAgainAfterwards(TwoSites.Cut how) {
    sites.cut(how);
    await("the guard to trip").until(this::impaired);
    Awaitility.await("every answer to stay, with an alarm")
        .during(LONGER_THAN_DETECTION)
        .atMost(DetourServer.PATIENCE)
        .until(
            this::status,
            status ->
                impaired(status)
                    && !status.path("alarms").isEmpty()
                    && all("SERVING", TwoSites.ENDPOINTS).test(selections(status)));
    assertThat(answers()).isEqualTo(addressesOf(PRIMARY_SITE));
    assertThat(status().path("guard").path("finding").asString()).isNotBlank();

    sites.mend(how);
    await("it to trust itself again").until(() -> !impaired());
    await("no alarm").until(() -> status().path("alarms").isEmpty());
    await("beginning and end in the history").until(() -> events("guard").size() == 2);
    assertThat(events("selection")).isEmpty();
    assertThat(events("endpoint")).isEmpty();

    sites.lose(TwoSites.address(PRIMARY_SITE, 1));
    await("the endpoint's service to fail over")
        .until(() -> selections(status()).getFirst().equals("FAILED_OVER"));
    List<String> expected = new ArrayList<>(addressesOf(PRIMARY_SITE));
    expected.set(0, TwoSites.address(STANDBY_SITE, 1));
    assertThat(answers()).isEqualTo(expected);
    assertThat(impaired()).isFalse();
  }

  @Test
  void shouldFailEverythingOverWhenTheWholePrimarySiteIsLost() {
    sites.lose("198.18.%d.0/24".formatted(PRIMARY_SITE));

    await("every service to fail over")
        .until(() -> selections(status()), all("FAILED_OVER", TwoSites.ENDPOINTS));
    assertThat(answers()).isEqualTo(addressesOf(STANDBY_SITE));
    assertThat(impaired()).isFalse();
    await("all of it in the history").until(() -> events("selection").size() == TwoSites.ENDPOINTS);
    assertThat(events("guard")).isEmpty();
  }

  private static String configuration() {
    String head =
        """
        zones: [ { name: example.com, ns: [ns1.example.net] } ]
        checks:
          web: { type: http, port: %d, path: /healthz, interval: 1s }
        services:
        """
            .formatted(TwoSites.PORT);
    return numbers()
        .mapToObj(number ->
            """
              - name: %s
                check: web
                pools:
                  - { name: primary, endpoints: [%s] }
                  - { name: standby, endpoints: [%s] }
            """
                .formatted(
                    service(number),
                    TwoSites.address(PRIMARY_SITE, number),
                    TwoSites.address(STANDBY_SITE, number)))
        .collect(Collectors.joining("", head, ""));
  }

  private static IntStream numbers() {
    return IntStream.rangeClosed(1, TwoSites.ENDPOINTS);
  }

  private static String service(int number) {
    return "s%02d.example.com".formatted(number);
  }

  private static List<String> addressesOf(int site) {
    return numbers().mapToObj(number -> TwoSites.address(site, number)).toList();
  }

  /// The address that each service is answered with, in their order.
  private List<String> answers() {
    List<String> dig = new ArrayList<>(List.of(Peers.require("dig"), "@127.0.0.1"));
    dig.addAll(List.of("-p", Integer.toString(server.dnsPort()), "+short"));
    numbers().forEach(number -> dig.add(service(number)));
    return sites.near().run(dig.toArray(String[]::new)).lines().toList();
  }

  private boolean impaired() {
    return impaired(status());
  }

  private static boolean impaired(JsonNode status) {
    return status.path("guard").path("impaired").asBoolean();
  }

  /// The statuses of all services, in their order.
  private static List<String> selections(JsonNode status) {
    return elements(status.path("services"))
        .map(service -> service.path("selections").path(0).path("status").asString())
        .toList();
  }

  private static List<String> verdicts(JsonNode status) {
    return elements(status.path("services"))
        .flatMap(service -> elements(service.path("pools")))
        .flatMap(pool -> elements(pool.path("endpoints")))
        .map(endpoint -> endpoint.path("verdict").asString())
        .toList();
  }

  private List<JsonNode> events(String kind) {
    return elements(json("/api/v1/history?limit=1000").path("events"))
        .filter(event -> event.path("kind").asString().equals(kind))
        .toList();
  }

  private static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static Predicate<List<String>> all(String wanted, int count) {
    return found -> found.equals(Collections.nCopies(count, wanted));
  }

  private JsonNode status() {
    return json("/api/v1/status");
  }

  private JsonNode json(String path) {
    return JsonMapper.shared().readTree(fetch(path).requireSuccess().out());
  }

  /// The server listens on its namespace's loopback, so it is asked from there.
  private Command.Output fetch(String path) {
    return sites.near().attempt(Peers.require("curl"), "-sSf", "-m", "10", server.url(path));
  }

  private static ConditionFactory await(String what) {
    return Awaitility.await(what).atMost(DetourServer.PATIENCE);
  }
}
