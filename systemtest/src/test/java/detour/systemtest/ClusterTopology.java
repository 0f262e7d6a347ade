package detour.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import detour.systemtest.RoutedNetwork.Place;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.ConditionTimeoutException;
import tools.jackson.databind.JsonNode;

/// A cluster: nodes, three members of an etcd, two sites with a web server each, something outside
/// of both to see, and a resolver that asks every node all the time. Each is a place of its own in
/// a network in which whatever lies between two of them can be cut.
///
/// The service [#WWW] fails back by itself, [#MANUAL] when it is told to. Both are served by the
/// same endpoints.
final class ClusterTopology {
  static final String WWW = "www.example.com";
  static final String MANUAL = "manual.example.com";
  static final String PRIMARY = "primary";
  static final String STANDBY = "standby";

  static final Duration LEASE = Duration.ofSeconds(2);
  static final Duration STALE_AFTER = Duration.ofSeconds(5);

  /// The longest that a vantage needs to find an endpoint down of which nothing comes any more: an
  /// interval, a timeout, and two confirmations a fast interval apart, which do not wait.
  static final Duration DETECTION = Duration.ofMillis(1_500 + 1_500 + 2 * 100);

  private static final Duration SLACK = Duration.ofSeconds(10);

  private static final String HEALTH =
      """
      checks:
        web: { type: http, port: 80, path: /healthz, interval: 1500ms, timeout: 1500ms,
               fast_interval: 100ms, fall: 3, rise: 2, flap_window: 0s }
      zones:
        - { name: example.com, ns: [ns1.example.net] }
      """;

  private final Path directory;
  private final RoutedNetwork network;
  private final List<DetourNode> nodes = new ArrayList<>();
  private final List<EtcdMember> etcd;
  private final Place primary;
  private final Place standby;
  private final Place outside;
  private final Place client;
  private final List<Nginx> webServers = new ArrayList<>();
  private final AnswerLog answers;
  private int redundancy;

  /// Builds the places and starts everything but the nodes, which want a configuration first.
  ///
  /// @param etcdOptions for every member
  ClusterTopology(Stage stage, List<String> nodeNames, String... etcdOptions) {
    Peers.require("curl");
    directory = stage.directory();
    network = stage.closing(new RoutedNetwork());
    primary = network.place(PRIMARY);
    standby = network.place(STANDBY);
    outside = network.place("outside");
    client = network.place("client");
    List<Place> memberPlaces = Stream.of("etcd1", "etcd2", "etcd3").map(network::place).toList();
    etcd = EtcdMember.declared(memberPlaces, directory, etcdOptions);
    for (EtcdMember member : etcd) {
      stage.closing(member).daemon().start();
    }
    for (String name : nodeNames) {
      DetourNode node = stage.closing(new DetourNode(network.place(name), directory));
      stage.showing(node.daemon()::log);
      nodes.add(node);
    }
    for (Place place : List.of(primary, standby, outside)) {
      Nginx nginx = Nginx.inside(place.namespace(), directory.resolve(place.name()), 80);
      webServers.add(stage.closing(nginx));
      nginx.start();
    }
    answers =
        stage.closing(
            new AnswerLog(
                client,
                nodes,
                List.of(WWW, MANUAL),
                Map.of(primary.address(), PRIMARY, standby.address(), STANDBY)));
    etcd.forEach(EtcdMember::awaitReady);
  }

  /// Three nodes that answer and probe, started and calm.
  static ClusterTopology ofThree(Stage stage, String... etcdOptions) {
    ClusterTopology topology = declared(stage, etcdOptions);
    topology.startNodes();
    return topology;
  }

  /// Three nodes that answer and probe, not started.
  static ClusterTopology declared(Stage stage, String... etcdOptions) {
    ClusterTopology topology =
        new ClusterTopology(stage, List.of("ams1", "fra1", "nyc1"), etcdOptions);
    for (DetourNode node : topology.nodes()) {
      node.configure("both", topology.configuration(node, "ams1, fra1, nyc1", ""));
    }
    return topology;
  }

  /// How many of the vantages are to probe each endpoint, in what is configured from here on.
  void redundancy(int vantages) {
    redundancy = vantages;
  }

  /// Everything but `node` and `listen`. The node asks the member of its own number first.
  ///
  /// @param vantages their names
  /// @param more further sections
  String configuration(DetourNode node, String vantages, String more) {
    int number = nodes.indexOf(node);
    String endpoints =
        Stream.of(number, number + 1, number + 2)
            .map(member -> '"' + etcd.get(member % etcd.size()).endpoint() + '"')
            .collect(Collectors.joining(", "));
    return configurationWith(endpoints, vantages, more);
  }

  /// As [#configuration], with other ways to etcd.
  String configurationWith(String endpoints, String vantages, String more) {
    return """
    cluster: { etcd: { endpoints: [%s], timeout: 1s }, vantages: [%s], lease: %ds, stale_after: %ds%s }
    """
            .formatted(
                endpoints,
                vantages,
                LEASE.toSeconds(),
                STALE_AFTER.toSeconds(),
                redundancy == 0 ? "" : ", redundancy: " + redundancy)
        + more
        + HEALTH
        + "services:\n"
        + service(WWW, "failback_after: 1s")
        + service(MANUAL, "failback: manual");
  }

  private String service(String name, String failback) {
    return """
      - name: %s
        check: web
        ttl: 5s
        %s
        pools:
          - { name: primary, endpoints: [ { name: p1, address: %s } ] }
          - { name: standby, endpoints: [ { name: s1, address: %s } ] }
    """
        .formatted(name, failback, primary.address(), standby.address());
  }

  /// Ends the nodes, and starts them with what they were configured with since.
  void restartNodes() {
    network.mend();
    nodes.stream().map(DetourNode::daemon).filter(Daemon::alive).forEach(Daemon::stop);
    startNodes();
  }

  void startNodes() {
    nodes.forEach(node -> node.daemon().start());
    awaitCalm();
  }

  /// Undoes whatever a test did, and waits until nothing is left of it.
  ///
  /// @return a mark since which every node that answers was seen to answer with the primary
  long restore() {
    network.mend();
    for (Nginx nginx : webServers) {
      nginx.broken(false);
      if (!nginx.alive()) {
        nginx.start();
      }
    }
    Stream.concat(etcd.stream().map(EtcdMember::daemon), nodes.stream().map(DetourNode::daemon))
        .forEach(daemon -> {
          if (!daemon.alive()) {
            daemon.start();
          } else if (daemon.paused()) {
            daemon.resume();
          }
        });
    return awaitCalm();
  }

  /// Waits until all nodes are there, agree, and answer with the primary. A failback that waits for
  /// an operator is approved.
  ///
  /// @return as for [#restore]
  long awaitCalm() {
    try {
      await("calm: every node present, everything up, the primary answered")
          .pollInterval(Duration.ofMillis(200))
          .untilAsserted(() -> {
            for (DetourNode node : nodes) {
              assertThat(unrest(node)).as(node.name()).isEmpty();
            }
          });
    } catch (ConditionTimeoutException | IllegalStateException e) {
      // Where this is no test yet, nobody else shows them.
      nodes.forEach(node -> System.err.println(node.name() + "\n" + node.daemon().log()));
      throw e;
    }
    long mark = AnswerLog.mark();
    for (DetourNode node : answering()) {
      answers.await(node, WWW, PRIMARY);
      answers.await(node, MANUAL, PRIMARY);
    }
    // Whatever others do to it, a node makes no error of its own.
    for (DetourNode node : nodes) {
      assertThat(node.daemon().log().lines().filter(line -> line.contains("\"level\":\"ERROR\"")))
          .as("errors in the log of " + node.name())
          .isEmpty();
    }
    return mark;
  }

  /// What is not as it should be when all is well.
  private List<String> unrest(DetourNode node) {
    List<String> unrest = new ArrayList<>();
    if (!node.daemon().alive()) {
      throw new IllegalStateException(node.name() + " has ended");
    }
    if (!node.ready()) {
      return List.of("not ready");
    }
    JsonNode cluster = node.cluster();
    if (!cluster.path("reachable").asBoolean() || cluster.path("stale").asBoolean()) {
      unrest.add("the store is not reached");
    }
    if (cluster.path("nodes").size() < nodes.size()) {
      unrest.add("not all others were heard");
    }
    DetourNode.elements(cluster.path("nodes"))
        .filter(seen ->
            !seen.path("presence").asString().equals("PRESENT") || !seen.path("agrees").asBoolean())
        .forEach(seen -> unrest.add(seen.toString()));
    JsonNode status = node.status();
    DetourNode.elements(status.path("services")).forEach(service -> unrest(node, service, unrest));
    node.alarms().forEach(unrest::add);
    return unrest;
  }

  private static void unrest(DetourNode node, JsonNode service, List<String> unrest) {
    JsonNode selection = service.path("selections").path(0);
    String name = service.path("name").asString();
    String status = selection.path("status").asString();
    if (!status.equals("SERVING")) {
      unrest.add(name + " is " + status);
    }
    if (status.equals("READY")) {
      // Another node may have asked already.
      Command.Output _ = node.cli("failback", name);
    }
    DetourNode.elements(service.path("pools"))
        .flatMap(pool -> DetourNode.elements(pool.path("endpoints")))
        .filter(endpoint ->
            !endpoint.path("verdict").asString().equals("UP")
                || endpoint.path("frozen").asBoolean())
        .forEach(endpoint -> unrest.add(endpoint.path("name") + " is not up"));
  }

  /// Waits until every one of these nodes answers so.
  void awaitAnswers(Collection<DetourNode> of, String service, String answer) {
    of.forEach(node -> answers.await(node, service, answer));
  }

  /// That every one of these nodes answered just so since the mark, in this order, and that none
  /// was silent.
  void assertAnswers(Collection<DetourNode> of, String service, long mark, String... sequence) {
    for (DetourNode node : of) {
      assertThat(answers.answers(node, service, mark))
          .as("answers of %s for %s since the mark:%s", node.name(), service, answers.since(mark))
          .containsExactly(sequence);
      assertThat(answers.unanswered(node, mark)).as("silence of " + node.name()).isZero();
    }
  }

  /// Waits until all of these give another answer than before, says how long that took, and holds
  /// it against what was promised: a second after an endpoint was found down. The rest is for a
  /// machine that has other things to do.
  void assertPromptFailover(Collection<DetourNode> of, String what, long mark) {
    awaitAnswers(of, WWW, STANDBY);
    Duration took = latest(of, WWW, STANDBY, mark);
    System.out.printf(
        "%s: failed over on %d nodes after %.2f s%n", what, of.size(), took.toMillis() / 1e3);
    assertThat(took).as(what).isLessThan(DETECTION.plusSeconds(1).plus(SLACK));
  }

  /// How long after the mark the last of these nodes gave this answer first.
  Duration latest(Collection<DetourNode> of, String service, String answer, long mark) {
    long latest =
        of.stream()
            .mapToLong(node -> answers.firstNanos(node, service, answer, mark).orElseThrow())
            .max()
            .orElseThrow();
    return Duration.ofNanos(latest - mark);
  }

  /// Lets time pass during which something must not happen.
  static void letPass(Duration time) {
    long until = System.nanoTime() + time.toNanos();
    Awaitility.await("time to pass")
        .atMost(time.plus(DetourServer.PATIENCE))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> System.nanoTime() - until >= 0);
  }

  static ConditionFactory await(String what) {
    return Awaitility.await(what).atMost(DetourServer.PATIENCE);
  }

  List<DetourNode> nodes() {
    return nodes;
  }

  /// Those of the nodes that answer queries.
  List<DetourNode> answering() {
    return nodes.stream().filter(DetourNode::answers).toList();
  }

  DetourNode node(int number) {
    return nodes.get(number);
  }

  List<DetourNode> nodesBut(DetourNode one) {
    return nodes.stream().filter(node -> !node.equals(one)).toList();
  }

  List<EtcdMember> etcd() {
    return etcd;
  }

  List<Place> etcdPlaces() {
    return etcd.stream().map(EtcdMember::place).toList();
  }

  List<Place> places() {
    return Stream.of(
            Stream.of(primary, standby, outside),
            etcdPlaces().stream(),
            nodes.stream().map(DetourNode::place))
        .flatMap(places -> places)
        .toList();
  }

  RoutedNetwork network() {
    return network;
  }

  AnswerLog answers() {
    return answers;
  }

  Place primary() {
    return primary;
  }

  Place standby() {
    return standby;
  }

  Place outside() {
    return outside;
  }

  Place client() {
    return client;
  }

  /// The web server of the primary site.
  Nginx primaryServer() {
    return webServers.getFirst();
  }
}
