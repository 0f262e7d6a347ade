package detour.systemtest;

import static detour.systemtest.ClusterTopology.MANUAL;
import static detour.systemtest.ClusterTopology.PRIMARY;
import static detour.systemtest.ClusterTopology.STANDBY;
import static detour.systemtest.ClusterTopology.WWW;
import static org.assertj.core.api.Assertions.assertThat;

import detour.systemtest.RoutedNetwork.Place;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/// An endpoint fails, or the paths to it do: what one vantage loses moves nothing, what most of
/// them lose moves all.
class ClusterVoteTest {
  private static final int LOST_PERCENT = 8;

  @RegisterExtension static final Stage STAGE = Stage.forClass();

  private static ClusterTopology topology;

  private List<DetourNode> all;
  private long mark;

  @BeforeAll
  static void start() {
    topology = ClusterTopology.ofThree(STAGE);
  }

  @BeforeEach
  void restore() {
    mark = topology.restore();
    all = topology.nodes();
  }

  @Test
  void shouldChangeNothingWhenOneVantageLosesItsPathToAHealthyPrimary() {
    DetourNode blind = topology.node(0);
    topology.network().cut(topology.primary(), List.of(blind.place()));
    ClusterTopology.await("its vote to be down on every node")
        .until(() -> all.stream().allMatch(node -> vote(node, blind).equals("DOWN")));
    shouldShowWhatEachVantageSees(topology.node(1), blind, topology.node(2));
    ClusterTopology.letPass(ClusterTopology.DETECTION);
    assertThat(all).allSatisfy(node -> assertThat(node.statusOf(WWW)).isEqualTo("SERVING"));

    topology.network().mend();
    ClusterTopology.await("its vote to be up again")
        .until(() -> all.stream().allMatch(node -> vote(node, blind).equals("UP")));
    topology.assertAnswers(all, WWW, mark, PRIMARY);
    topology.assertAnswers(all, MANUAL, mark, PRIMARY);
  }

  @Test
  void shouldFailOverWhenTwoOfThreeLoseTheirPathAndBackWhenItReturns() {
    topology.network().cut(topology.primary(), placesOf(topology.node(0), topology.node(1)));
    topology.assertPromptFailover(all, "two of three lost their path", mark);
    topology.network().mend();
    shouldFailBackAsConfigured();
  }

  @Test
  void shouldFailOverWhenWhatTwoSendArrivesAndNothingComesBack() {
    topology.network().cutOneWay(topology.primary(), placesOf(topology.node(1), topology.node(2)));
    topology.assertPromptFailover(all, "nothing came back to two of three", mark);
    topology.network().mend();
    shouldFailBackAsConfigured();
  }

  @Test
  void shouldFailOverEverywhereWhenTheBackendIsKilled() {
    topology.primaryServer().kill();
    topology.assertPromptFailover(all, "the backend was killed", mark);
    topology.primaryServer().start();
    shouldFailBackAsConfigured();
  }

  /// Some opinions may turn; never are most of them wrong at once.
  @Test
  void shouldChangeNothingWhilePacketsAreLostByChance() {
    topology.network().lose(LOST_PERCENT, topology.places());
    ClusterTopology.letPass(Duration.ofSeconds(12));
    topology.restore();
    topology.assertAnswers(all, WWW, mark, PRIMARY);
    topology.assertAnswers(all, MANUAL, mark, PRIMARY);
  }

  /// A node is asked, and tells what the probes of others found: they tell it while somebody asks.
  private static void shouldShowWhatEachVantageSees(
      DetourNode asked, DetourNode blind, DetourNode seeing) {
    ClusterTopology.await("the results of the other vantages")
        .untilAsserted(() -> {
          JsonNode trends = asked.json("/api/v1/services/" + WWW + "/trends");
          assertThat(trends.path("trouble").isNull()).isTrue();
          assertThat(lastResult(trends, blind)).isEqualTo("failed");
          assertThat(lastResult(trends, seeing)).isEqualTo("passed");
          assertThat(lastResult(trends, asked)).isEqualTo("passed");
        });
    JsonNode trends = asked.json("/api/v1/services/" + WWW + "/trends");
    JsonNode far = DetourServer.named(trends.path("vantages"), blind.name());
    assertThat(far.path("age_seconds").asDouble()).isLessThan(60);
    assertThat(far.path("lines").path(0).path("begin").size()).isPositive();
    assertThat(far.path("lines").path(0).path("failed").size()).isPositive();
  }

  /// Of the primary endpoint, as a vantage told it; empty for nothing.
  private static String lastResult(JsonNode trends, DetourNode vantage) {
    JsonNode lines = DetourServer.named(trends.path("vantages"), vantage.name()).path("lines");
    return DetourNode.elements(lines)
        .filter(line -> line.path("pool").asString().equals(PRIMARY))
        .map(line -> line.path("last_probes").path(0).path("passed"))
        .map(passed -> passed.asBoolean() ? "passed" : "failed")
        .findFirst()
        .orElse("");
  }

  private void shouldFailBackAsConfigured() {
    topology.awaitAnswers(all, WWW, PRIMARY);
    ClusterTopology.await("the other service to wait for an operator on every node")
        .until(() -> all.stream().allMatch(node -> node.statusOf(MANUAL).equals("READY")));
    topology.assertAnswers(all, MANUAL, mark, PRIMARY, STANDBY);

    topology.node(2).cli("failback", MANUAL).requireSuccess();
    topology.awaitAnswers(all, MANUAL, PRIMARY);
    topology.assertAnswers(all, MANUAL, mark, PRIMARY, STANDBY, PRIMARY);
    topology.assertAnswers(all, WWW, mark, PRIMARY, STANDBY, PRIMARY);
  }

  private static List<Place> placesOf(DetourNode... nodes) {
    return List.of(nodes).stream().map(DetourNode::place).toList();
  }

  /// What a node knows of another's opinion of the primary endpoint.
  private static String vote(DetourNode node, DetourNode other) {
    JsonNode service = DetourServer.named(node.status().path("services"), WWW);
    JsonNode pool = DetourServer.named(service.path("pools"), PRIMARY);
    return DetourNode.elements(pool.path("endpoints").path(0).path("votes"))
        .filter(vote -> vote.path("vantage").asString().equals(other.name()))
        .map(vote -> vote.path("health").asString())
        .findFirst()
        .orElse("");
  }
}
