package detour.systemtest;

import static detour.systemtest.ClusterTopology.PRIMARY;
import static detour.systemtest.ClusterTopology.STANDBY;
import static detour.systemtest.ClusterTopology.WWW;
import static org.assertj.core.api.Assertions.assertThat;

import detour.systemtest.RoutedNetwork.Place;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/// Nodes that differ: `ams1` and `fra1` answer and probe, `nyc1` only probes, `tyo1` only answers;
/// and clocks that differ by twenty minutes.
class ClusterMixedNodesTest {
  private static final int SKEW_SECONDS = 600;

  @RegisterExtension static final Stage STAGE = Stage.forClass();

  private static ClusterTopology topology;
  private static DetourNode probing;

  private List<DetourNode> answering;
  private long mark;

  @BeforeAll
  static void start() {
    topology = new ClusterTopology(STAGE, List.of("ams1", "fra1", "nyc1", "tyo1"));
    probing = topology.node(2);
    List<String> roles = List.of("both", "both", "probe", "answer");
    for (int i = 0; i < roles.size(); i++) {
      DetourNode node = topology.node(i);
      node.configure(roles.get(i), topology.configuration(node, "ams1, fra1, nyc1", ""));
    }
    topology.startNodes();
  }

  @BeforeEach
  void restore() {
    topology.restore();
    answering = topology.answering();
    mark = AnswerLog.mark();
  }

  @Test
  void shouldCountTheVoteOfANodeThatOnlyProbesAndMoveANodeThatOnlyAnswers() {
    List<Place> blind = List.of(topology.node(0).place(), probing.place());
    topology.network().cut(topology.primary(), blind);
    topology.assertPromptFailover(answering, "a node that only probes has a vote", mark);
    topology.network().mend();
    topology.awaitAnswers(answering, WWW, PRIMARY);
    topology.assertAnswers(answering, WWW, mark, PRIMARY, STANDBY, PRIMARY);
    assertThat(topology.answers().answers(probing, WWW, mark)).isEmpty();
  }

  /// It has no vote, so what it sees or does not see is nothing to anybody.
  @Test
  void shouldNotMindWhatANodeThatOnlyAnswersCanReach() {
    DetourNode only = topology.node(3);
    topology.network().cut(only.place(), List.of(topology.primary(), topology.standby()));
    ClusterTopology.letPass(ClusterTopology.DETECTION);
    topology.assertAnswers(answering, WWW, mark, PRIMARY);
    long failed = AnswerLog.mark();
    topology.primaryServer().kill();
    topology.assertPromptFailover(answering, "one that only answers sees no endpoint", failed);
    topology.assertAnswers(answering, WWW, mark, PRIMARY, STANDBY);
  }

  @Test
  void shouldDecideTheSameWithClocksTwentyMinutesApartAndShowIt() {
    String library = Peers.requireLibrary("faketime/libfaketimeMT.so.1");
    skew(topology.node(0), "+", library);
    skew(topology.node(1), "-", library);
    try {
      topology.restartNodes();
      mark = AnswerLog.mark();
      topology.primaryServer().kill();
      topology.assertPromptFailover(answering, "clocks twenty minutes apart", mark);
      topology.primaryServer().start();
      topology.awaitAnswers(answering, WWW, PRIMARY);
      topology.assertAnswers(answering, WWW, mark, PRIMARY, STANDBY, PRIMARY);
      assertThat(skewSeenBy(topology.node(3), topology.node(0)))
          .isBetween(SKEW_SECONDS - 60.0, SKEW_SECONDS + 60.0);
      assertThat(skewSeenBy(topology.node(1), topology.node(0)))
          .isBetween(2 * SKEW_SECONDS - 60.0, 2 * SKEW_SECONDS + 60.0);
    } finally {
      Stream.of(topology.node(0), topology.node(1)).forEach(node -> node.environment(Map.of()));
      topology.nodes().forEach(node -> node.daemon().stop());
    }
  }

  private static void skew(DetourNode node, String sign, String library) {
    node.environment(
        Map.of(
            "LD_PRELOAD",
            library,
            "FAKETIME",
            sign + SKEW_SECONDS + "s",
            "FAKETIME_DONT_FAKE_MONOTONIC",
            "1",
            "FAKETIME_FORCE_MONOTONIC_FIX",
            "0"));
  }

  private static double skewSeenBy(DetourNode node, DetourNode other) {
    JsonNode cluster = DetourServer.json(node.cli("status", "--cluster", "--json"));
    return DetourServer.named(cluster.path("nodes"), other.name()).path("skew_seconds").asDouble();
  }
}
