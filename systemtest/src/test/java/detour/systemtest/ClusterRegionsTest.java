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

/// Three vantages in Europe, one in America and one in Asia, and each region has one vote.
class ClusterRegionsTest {
  @RegisterExtension static final Stage STAGE = Stage.forClass();

  private static ClusterTopology topology;

  private long mark;

  @BeforeAll
  static void start() {
    topology = new ClusterTopology(STAGE, List.of("ams1", "fra1", "lon1", "nyc1", "tyo1"));
    String vantages =
        "{ name: ams1, region: eu }, { name: fra1, region: eu }, { name: lon1, region: eu },"
            + " { name: nyc1, region: us }, { name: tyo1, region: asia }";
    for (DetourNode node : topology.nodes()) {
      // Three of them answer; the others need no more than their votes.
      String role = topology.nodes().indexOf(node) % 2 == 0 ? "both" : "probe";
      String configuration =
          topology.configuration(node, vantages, "failover: { per_region: true }\n");
      node.configure(role, configuration);
    }
    topology.startNodes();
  }

  @BeforeEach
  void restore() {
    mark = topology.restore();
  }

  @Test
  void shouldChangeNothingWhenMostVantagesAreOfTheOneRegionThatLostItsPath() {
    topology.network().cut(topology.primary(), places(0, 1, 2));
    ClusterTopology.await("three votes of five to be down")
        .until(() -> downVotes(topology.node(4)) == 3);
    ClusterTopology.letPass(ClusterTopology.DETECTION);
    topology.assertAnswers(topology.answering(), WWW, mark, PRIMARY);
    assertThat(topology.node(0).cli("explain", WWW).requireSuccess().out()).contains("region");
  }

  @Test
  void shouldFailOverWhenTwoRegionsLoseTheirPathThoughMostVantagesDoNot() {
    topology.network().cut(topology.primary(), places(3, 4));
    topology.assertPromptFailover(topology.answering(), "two of three regions", mark);
    topology.network().mend();
    topology.awaitAnswers(topology.answering(), WWW, PRIMARY);
    topology.assertAnswers(topology.answering(), WWW, mark, PRIMARY, STANDBY, PRIMARY);
  }

  private static List<Place> places(Integer... numbers) {
    return List.of(numbers).stream().map(number -> topology.node(number).place()).toList();
  }

  private static long downVotes(DetourNode node) {
    return node.votes(WWW, PRIMARY).filter(vote -> vote.health().equals("DOWN")).count();
  }
}
