package detour.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import detour.server.config.Configuration;
import detour.server.config.ConfigurationReader;
import detour.server.probe.kinds.ProbeKinds;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What `contrib/` gives to operators, in the hands of a real Prometheus that scrapes a real
/// server.
@Timeout(120)
class ContribTest {
  private static final Path CONTRIB = Path.of("..", "contrib").toAbsolutePath().normalize();
  private static final Path RULES = CONTRIB.resolve("prometheus/detour.rules.yml");
  private static final Path DASHBOARD = CONTRIB.resolve("grafana/detour.json");
  private static final Pattern METRIC = Pattern.compile("\\bdetour_[a-z0-9_]+");
  private static final Duration PATIENT = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @BeforeEach
  void requirePrometheus() {
    for (Path program : List.of(Path.of("/usr/bin/prometheus"), Path.of("/usr/bin/promtool"))) {
      if ("true".equals(System.getenv("CI"))) {
        assertThat(program).as("Debian's package prometheus is missing").exists();
      }
      assumeTrue(Files.exists(program), "not tested: " + program + " is missing");
    }
  }

  @Test
  void shouldHoldRulesThatPassTheirTests() throws Exception {
    promtool("check", "rules", RULES.toString());
    promtool("test", "rules", CONTRIB.resolve("prometheus/detour.rules.test.yml").toString());
    promtool("check", "config", CONTRIB.resolve("prometheus/prometheus.yml").toString());
  }

  @Test
  void shouldBeScrapedAndAskedByARealPrometheus() throws Exception {
    try (Wiring server = new Wiring(configuration())) {
      String scraped = get(URI.create(url(server.apiAddress().getPort(), "/metrics")));
      lint(scraped);
      int port = FreePort.next();
      Process prometheus = prometheus(port, server.apiAddress().getPort());
      try {
        await()
            .atMost(PATIENT)
            .pollInterval(Duration.ofMillis(200))
            .failFast("Prometheus ended: see its log", () -> !prometheus.isAlive())
            .until(() -> query(port, "detour_selection_epoch").size() == 1);
        await()
            .atMost(PATIENT)
            .pollInterval(Duration.ofMillis(200))
            .until(() -> groups(port).stream().allMatch(ContribTest::evaluated));
        for (String expression : expressions()) {
          query(port, expression); // fails where Prometheus does not understand it
        }
        assertThat(query(port, "detour_pool_selected{service=\"www.example.com\"}")).hasSize(1);
        assertThat(alerts(port)).doesNotContain("DetourDown");
      } finally {
        prometheus.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void shouldNameNoMetricThatDoesNotExist() throws Exception {
    Set<String> known;
    try (Wiring server = new Wiring(configuration())) {
      String exposition = get(URI.create(url(server.apiAddress().getPort(), "/metrics")));
      known =
          exposition
              .lines()
              .filter(line -> line.startsWith("# TYPE "))
              .map(line -> line.split(" ", 4)[2])
              .collect(Collectors.toSet());
    }
    // Those of a cluster and of TLS are not registered on a node without, and a metric without a
    // value yet is not shown: for these its name in the source has to do.
    String sources = sources();
    for (Path file : List.of(RULES, DASHBOARD)) {
      List<String> named =
          METRIC.matcher(Files.readString(file)).results().map(MatchResult::group).toList();
      assertThat(named).isNotEmpty();
      for (String name : named) {
        String family = name.replaceFirst("_(bucket|sum|count)$", "");
        String declared = "\"" + family.replaceFirst("_total$", "") + "\"";
        assertThat(known.contains(family) || sources.contains(declared))
            .as("%s of %s", name, file)
            .isTrue();
      }
    }
  }

  private static String sources() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  private static boolean evaluated(JsonNode group) {
    for (JsonNode rule : group.get("rules")) {
      assertThat(rule.at("/lastError").asString("")).as(rule.get("name").asString()).isEmpty();
      if (!rule.get("health").asString().equals("ok")) {
        return false;
      }
    }
    return true;
  }

  /// The dashboard's, as they are sent by it.
  private static List<String> expressions() throws IOException {
    List<String> expressions = new ArrayList<>();
    for (JsonNode panel : JsonMapper.shared().readTree(DASHBOARD.toFile()).get("panels")) {
      for (JsonNode target : panel.path("targets")) {
        expressions.add(
            target
                .get("expr")
                .asString()
                .replace("$__rate_interval", "1m")
                .replace("$job", "detour")
                .replace("$instance", ".*")
                .replace("$service", ".*"));
      }
    }
    assertThat(expressions).hasSizeGreaterThan(20);
    return expressions;
  }

  private void lint(String metrics) throws Exception {
    Process process =
        new ProcessBuilder("/usr/bin/promtool", "check", "metrics")
            .redirectErrorStream(true)
            .start();
    try (var in = process.getOutputStream()) {
      in.write(
          metrics
              .lines()
              .filter(line -> line.contains("detour_"))
              .collect(Collectors.joining("\n", "", "\n"))
              .getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private static void promtool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/bin/promtool"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private Process prometheus(int port, int target) throws IOException {
    Path configuration =
        Files.writeString(
            folder.resolve("prometheus.yml"),
            """
            global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms }
            rule_files: [ %s ]
            scrape_configs:
              - job_name: detour
                static_configs: [ { targets: ["127.0.0.1:%d"] } ]
            """
                .formatted(RULES, target));
    return new ProcessBuilder(
            "/usr/bin/prometheus",
            "--config.file=" + configuration,
            "--storage.tsdb.path=" + folder.resolve("tsdb"),
            "--web.listen-address=127.0.0.1:" + port)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("prometheus.log").toFile())
        .start();
  }

  private static JsonNode query(int port, String expression)
      throws IOException, InterruptedException {
    String encoded = URLEncoder.encode(expression, StandardCharsets.UTF_8);
    JsonNode answer = json(port, "/api/v1/query?query=" + encoded);
    assertThat(answer.path("status").asString("success")).as("%s", expression).isEqualTo("success");
    return answer.at("/data/result");
  }

  private static List<JsonNode> groups(int port) throws IOException, InterruptedException {
    List<JsonNode> groups = new ArrayList<>();
    json(port, "/api/v1/rules").at("/data/groups").forEach(groups::add);
    return groups;
  }

  private static String alerts(int port) throws IOException, InterruptedException {
    return json(port, "/api/v1/alerts").at("/data/alerts").toString();
  }

  private static JsonNode json(int port, String path) throws IOException, InterruptedException {
    try {
      return JsonMapper.shared().readTree(get(URI.create(url(port, path))));
    } catch (ConnectException starting) {
      return JsonMapper.shared().createObjectNode();
    }
  }

  private static String get(URI uri) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  private static String url(int port, String path) {
    return "http://127.0.0.1:" + port + path;
  }

  private Configuration configuration() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("detour.yaml"),
            """
            node: { name: here, data_dir: %s }
            listen: { dns: ["127.0.0.1:0"], http: "127.0.0.1:0" }
            zones:
              - { name: example.com, ns: [ns1.example.net] }
            services:
              - name: www.example.com
                check: none
                pools:
                  - endpoints: [192.0.2.10]
            """
                .formatted(folder.resolve("data")));
    return switch (ConfigurationReader.read(file, ProbeKinds.ALL)) {
      case ConfigurationReader.Result.Valid(var valid, var _) -> valid;
      case ConfigurationReader.Result.Invalid(var problems, var _) ->
          throw new AssertionError(problems);
    };
  }
}
