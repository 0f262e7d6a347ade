package detour.systemtest;

import detour.systemtest.RoutedNetwork.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/// The packaged server as one node of a cluster, in a place of its own. It listens on the place's
/// address for queries, and for the API on loopback there.
final class DetourNode implements AutoCloseable {
  static final int DNS_PORT = 53;
  private static final int HTTP_PORT = 8053;
  private static final String URL = "http://127.0.0.1:" + HTTP_PORT;

  private final Place place;
  private final Path configurationFile;
  private final Path dataDirectory;
  private final Daemon daemon;
  private String role = "both";

  DetourNode(Place place, Path directory) {
    this.place = place;
    configurationFile = directory.resolve(place.name() + ".yaml");
    dataDirectory = directory.resolve(place.name() + "-data");
    List<String> program =
        List.of(PackagedBuild.program().toString(), "run", "-c", configurationFile.toString());
    daemon =
        new Daemon(place.namespace().command(program), directory.resolve(place.name() + ".log"));
    daemon.environment(PackagedBuild.environment());
  }

  /// Writes the configuration anew, for the next start.
  ///
  /// @param role `both`, `answer` or `probe`
  /// @param configuration everything but `node` and `listen`
  void configure(String role, String configuration) {
    this.role = role;
    String head =
        """
        node: { name: %s, role: %s, data_dir: "%s" }
        listen: { dns: ["%s:%d"], http: "127.0.0.1:%d", api: { without_token: configure } }
        """
            .formatted(place.name(), role, dataDirectory, place.address(), DNS_PORT, HTTP_PORT);
    try {
      Files.createDirectories(dataDirectory);
      Files.writeString(configurationFile, head + configuration);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Further variables for the next start.
  void environment(Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(PackagedBuild.environment());
    all.putAll(variables);
    daemon.environment(all);
  }

  /// Whether it answers queries, by its role.
  boolean answers() {
    return !role.equals("probe");
  }

  String name() {
    return place.name();
  }

  Place place() {
    return place;
  }

  Daemon daemon() {
    return daemon;
  }

  /// Whether it says that it is ready.
  boolean ready() {
    return fetch("/readyz").exitCode() == 0;
  }

  /// Runs a command of the packaged program that talks to this node.
  Command.Output cli(String... arguments) {
    List<String> line =
        new ArrayList<>(List.of("env", "JAVA_HOME=" + System.getProperty("java.home")));
    line.add(PackagedBuild.program().toString());
    line.addAll(Arrays.asList(arguments));
    line.addAll(List.of("--server", URL));
    return place.namespace().attempt(line.toArray(String[]::new));
  }

  /// Asks for a change in the name of an author. What is refused ends with an exit code other than
  /// 0, and why is what it printed.
  Command.Output post(String author, String path, String json) {
    return place
        .namespace()
        .attempt(
            Peers.require("curl"),
            "-sS",
            "--fail-with-body",
            "-m",
            "10",
            "-H",
            "Content-Type: application/json",
            "-H",
            "Detour-Author: " + author,
            "-d",
            json,
            URL + path);
  }

  /// The uppermost of what operators said of a target; missing for nothing.
  JsonNode said(String target) {
    return elements(json("/api/v1/overrides").path("targets"))
        .filter(said -> said.path("target").asString().equals(target))
        .map(said -> said.path("layers").path(0))
        .findFirst()
        .orElse(MissingNode.getInstance());
  }

  JsonNode status() {
    return json("/api/v1/status");
  }

  JsonNode cluster() {
    return json("/api/v1/cluster");
  }

  /// The service's selection.
  String statusOf(String service) {
    return DetourServer.named(status().path("services"), service)
        .path("selections")
        .path(0)
        .path("status")
        .asString();
  }

  /// What a vantage says of an endpoint, as a node shows it.
  record Vote(String vantage, String presence, String health) {
    /// Whether the vantage probes it and has an opinion of it.
    boolean counts() {
      return presence.equals("PRESENT") && !health.equals("UNKNOWN");
    }
  }

  /// The votes on the only endpoint of a pool.
  Stream<Vote> votes(String service, String pool) {
    JsonNode found = DetourServer.named(status().path("services"), service);
    JsonNode votes =
        DetourServer.named(found.path("pools"), pool).path("endpoints").path(0).path("votes");
    return elements(votes)
        .map(vote ->
            new Vote(
                vote.path("vantage").asString(),
                vote.path("presence").asString(),
                vote.path("health").asString()));
  }

  /// What the history tells of this kind, oldest first.
  List<JsonNode> events(String kind) {
    return elements(json("/api/v1/history?limit=1000").path("events"))
        .filter(event -> event.path("kind").asString().equals(kind))
        .toList()
        .reversed();
  }

  List<String> alarms() {
    return elements(status().path("alarms")).map(JsonNode::asString).toList();
  }

  /// By the name of the other, PRESENT, IMPAIRED or ABSENT.
  String presenceOf(DetourNode other) {
    return elements(cluster().path("nodes"))
        .filter(node -> node.path("name").asString().equals(other.name()))
        .map(node -> node.path("presence").asString())
        .findFirst()
        .orElse("UNHEARD");
  }

  JsonNode json(String path) {
    return JsonMapper.shared().readTree(fetch(path).requireSuccess().out());
  }

  private Command.Output fetch(String path) {
    return place.namespace().attempt(Peers.require("curl"), "-sSf", "-m", "10", URL + path);
  }

  static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  @Override
  public void close() {
    daemon.close();
  }
}
