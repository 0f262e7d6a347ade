package detour.systemtest;

import static detour.systemtest.ClusterTopology.PRIMARY;
import static detour.systemtest.ClusterTopology.STANDBY;
import static detour.systemtest.ClusterTopology.WWW;
import static org.assertj.core.api.Assertions.assertThat;

import detour.systemtest.RoutedNetwork.Place;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/// Nodes that differ: `ams1` and `fra1` answer and probe, `nyc1` only probes, `tyo1` only answers;
/// and the clock of `ams1` is ten minutes ahead, that of `fra1` ten minutes behind.
class ClusterMixedNodesTest {
  private static final int SKEW_SECONDS = 600;
  private static final double NEARLY_SECONDS = 60;

  @RegisterExtension static final Stage STAGE = Stage.forClass();

  private static ClusterTopology topology;
  private static DetourNode ahead;
  private static DetourNode behind;
  private static DetourNode probing;
  private static DetourNode onlyAnswering;

  private List<DetourNode> answering;
  private long mark;

  @BeforeAll
  static void start() {
    topology = new ClusterTopology(STAGE, List.of("ams1", "fra1", "nyc1", "tyo1"));
    List<String> roles = List.of("both", "both", "probe", "answer");
    for (int i = 0; i < roles.size(); i++) {
      DetourNode node = topology.node(i);
      node.configure(roles.get(i), topology.configuration(node, "ams1, fra1, nyc1", ""));
    }
    ahead = topology.node(0);
    behind = topology.node(1);
    probing = topology.node(2);
    onlyAnswering = topology.node(3);
    ShiftedClock clock = ShiftedClock.in(STAGE.directory());
    ahead.environment(clock.ahead(SKEW_SECONDS));
    behind.environment(clock.ahead(-SKEW_SECONDS));
    topology.startNodes();
  }

  @BeforeEach
  void restore() {
    mark = topology.restore();
    answering = topology.answering();
  }

  /// The node that only answers sees no endpoint at all, which is nothing to anybody.
  @Test
  void shouldCountTheVoteOfANodeThatOnlyProbesAndMoveANodeThatOnlyAnswers() {
    topology.network().cut(onlyAnswering.place(), List.of(topology.primary(), topology.standby()));
    List<Place> blind = List.of(topology.node(0).place(), probing.place());
    topology.network().cut(topology.primary(), blind);
    topology.assertPromptFailover(answering, "one of two that see it down only probes", mark);
    topology.network().mend();
    topology.awaitAnswers(answering, WWW, PRIMARY);
    topology.assertAnswers(answering, WWW, mark, PRIMARY, STANDBY, PRIMARY);
    assertThat(topology.answers().answers(probing, WWW, mark)).isEmpty();
  }

  @Test
  void shouldDecideTheSameWithClocksTwentyMinutesApartAndShowIt() {
    topology.primaryServer().kill();
    topology.assertPromptFailover(answering, "clocks twenty minutes apart", mark);
    topology.primaryServer().start();
    topology.awaitAnswers(answering, WWW, PRIMARY);
    topology.assertAnswers(answering, WWW, mark, PRIMARY, STANDBY, PRIMARY);

    assertSkew(onlyAnswering, ahead, SKEW_SECONDS);
    assertSkew(onlyAnswering, behind, -SKEW_SECONDS);
    assertSkew(behind, ahead, 2 * SKEW_SECONDS);
  }

  private static void assertSkew(DetourNode seenBy, DetourNode node, double seconds) {
    JsonNode cluster = DetourServer.json(seenBy.cli("status", "--cluster", "--json"));
    JsonNode seen = DetourServer.named(cluster.path("nodes"), node.name());
    assertThat(seen.path("skew_seconds").asDouble())
        .as(seen.toString())
        .isBetween(seconds - NEARLY_SECONDS, seconds + NEARLY_SECONDS);
  }
}
