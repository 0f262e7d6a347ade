package detour.systemtest;

import static detour.systemtest.ClusterTopology.PRIMARY;
import static detour.systemtest.ClusterTopology.STANDBY;
import static detour.systemtest.ClusterTopology.WWW;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Four vantages of which three probe each endpoint.
class ClusterSharesTest {
  @RegisterExtension static final Stage STAGE = Stage.forClass();

  private static ClusterTopology topology;

  private long mark;

  @BeforeAll
  static void start() {
    topology = new ClusterTopology(STAGE, List.of("ams1", "fra1", "nyc1", "tyo1"));
    topology.redundancy(3);
    for (DetourNode node : topology.nodes()) {
      node.configure("both", topology.configuration(node, "ams1, fra1, nyc1, tyo1", ""));
    }
    topology.startNodes();
  }

  @BeforeEach
  void restore() {
    mark = topology.restore();
  }

  @Test
  void shouldSpareOneVantageAndAskTheOthersOnly() {
    DetourNode spared = spared();
    assertThat(probing()).hasSize(3).doesNotContain(spared.name());
    // What it sees of the endpoint is nothing to anybody, and it knows what the others see.
    topology.network().cut(topology.primary(), List.of(spared.place()));
    ClusterTopology.letPass(ClusterTopology.DETECTION);
    topology.assertAnswers(topology.nodes(), WWW, mark, PRIMARY);
    topology.primaryServer().kill();
    topology.assertPromptFailover(topology.nodes(), "three of four probe it", mark);
  }

  @Test
  void shouldHandThePartOfAVantageThatIsLostToTheSparedOne() {
    DetourNode spared = spared();
    DetourNode lost =
        topology.nodesBut(spared).stream()
            .filter(node -> probing().contains(node.name()))
            .findFirst()
            .orElseThrow();
    lost.daemon().kill();
    List<DetourNode> left = topology.nodesBut(lost);
    ClusterTopology.await("the spared one to take its place")
        .until(() ->
            left.stream()
                .allMatch(node ->
                    node.votes(WWW, PRIMARY)
                        .filter(DetourNode.Vote::counts)
                        .map(DetourNode.Vote::vantage)
                        .collect(Collectors.toSet())
                        .equals(names(left))));
    long failed = AnswerLog.mark();
    topology.primaryServer().kill();
    topology.assertPromptFailover(left, "after one of those that probe it was lost", failed);
    topology.assertAnswers(left, WWW, mark, PRIMARY, STANDBY);
  }

  private static Set<String> names(List<DetourNode> nodes) {
    return nodes.stream().map(DetourNode::name).collect(Collectors.toSet());
  }

  /// The one that does not probe the primary endpoint; all nodes know the same one.
  private static DetourNode spared() {
    Set<String> spared =
        topology.nodes().stream()
            .flatMap(node -> node.votes(WWW, PRIMARY))
            .filter(vote -> vote.presence().equals("SPARED"))
            .map(DetourNode.Vote::vantage)
            .collect(Collectors.toSet());
    assertThat(spared).hasSize(1);
    return topology.nodes().stream()
        .filter(node -> spared.contains(node.name()))
        .findFirst()
        .orElseThrow();
  }

  /// Those whose votes count for the primary endpoint.
  private static Set<String> probing() {
    return topology
        .node(0)
        .votes(WWW, PRIMARY)
        .filter(DetourNode.Vote::counts)
        .map(DetourNode.Vote::vantage)
        .collect(Collectors.toSet());
  }
}
