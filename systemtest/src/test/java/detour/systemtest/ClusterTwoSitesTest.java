package detour.systemtest;

import static detour.systemtest.ClusterTopology.MANUAL;
import static detour.systemtest.ClusterTopology.PRIMARY;
import static detour.systemtest.ClusterTopology.STANDBY;
import static detour.systemtest.ClusterTopology.WWW;
import static org.assertj.core.api.Assertions.assertThat;

import detour.systemtest.RoutedNetwork.Place;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/// Two sites with a vantage each. The first one, with the primary endpoint, is lost: by what it was
/// told to do the other decides alone, or stays with what it served and says so. The lost site goes
/// on by itself, and resolvers that are in it see that.
class ClusterTwoSitesTest {
  @RegisterExtension static final Stage STAGE = Stage.forClass();

  private static ClusterTopology topology;
  private static DetourNode lost;
  private static DetourNode left;
  private static String configured = "";

  private long mark;

  @BeforeAll
  static void start() {
    topology = new ClusterTopology(STAGE, List.of("ams1", "fra1"));
    lost = topology.node(0);
    left = topology.node(1);
  }

  @Test
  void shouldFailOverWithACanaryWhenASiteIsLostWithTheMajorityOfEtcd() {
    configure(withCanary());
    loseSite(0, 1);
    topology.awaitAnswers(List.of(left), WWW, STANDBY);
    ClusterTopology.await("the lost site to notice that it is").until(this::impaired);
    topology.assertAnswers(List.of(left), WWW, mark, PRIMARY, STANDBY);
    topology.assertAnswers(List.of(lost), WWW, mark, PRIMARY);
    returnsAsBefore();
  }

  @Test
  void shouldFailOverWithACanaryWhenASiteIsLostAndEtcdIsNot() {
    configure(withCanary());
    loseSite(0);
    topology.awaitAnswers(List.of(left), WWW, STANDBY);
    ClusterTopology.await("the lost site to notice that it is").until(this::impaired);
    topology.assertAnswers(List.of(left), WWW, mark, PRIMARY, STANDBY);
    topology.assertAnswers(List.of(lost), WWW, mark, PRIMARY);
    returnsAsBefore();
  }

  @Test
  void shouldDecideNothingWhenTheCanaryIsOutOfSightToo() {
    configure(withCanary());
    topology.network().isolate(List.of(left.place()), List.of(topology.client()));
    ClusterTopology.await("it to notice that it is cut off")
        .until(() -> left.status().path("guard").path("impaired").asBoolean());
    ClusterTopology.letPass(ClusterTopology.STALE_AFTER.plus(ClusterTopology.DETECTION));
    topology.assertAnswers(topology.nodes(), WWW, mark, PRIMARY);
    topology.assertAnswers(topology.nodes(), MANUAL, mark, PRIMARY);
    topology.restore();
    topology.assertAnswers(topology.nodes(), WWW, mark, PRIMARY);
  }

  @Test
  void shouldFreezeWithoutACanaryAndSaySo() {
    configure("");
    loseSite(0);
    ClusterTopology.await("the other site to say that it is frozen")
        .until(() -> left.alarms().stream().anyMatch(alarm -> alarm.contains("frozen")));
    ClusterTopology.letPass(ClusterTopology.DETECTION);
    assertThat(left.alarms()).anyMatch(alarm -> alarm.contains("ams1"));
    JsonNode service = DetourServer.named(left.status().path("services"), WWW);
    JsonNode endpoint = service.path("pools").path(0).path("endpoints").path(0);
    assertThat(endpoint.path("frozen").asBoolean()).as(endpoint.toString()).isTrue();
    assertThat(left.cli("explain", WWW).requireSuccess().out())
        .contains("ams1")
        .containsIgnoringCase("absent")
        .contains("frozen");
    topology.assertAnswers(topology.nodes(), WWW, mark, PRIMARY);
    topology.restore();
    topology.assertAnswers(topology.nodes(), WWW, mark, PRIMARY);
  }

  private static String withCanary() {
    return """
    failover: { min_present: 1 }
    guard:
      canaries:
        - { type: http, port: 80, path: /, target: %s, interval: 1s }
    """
        .formatted(topology.outside().address());
  }

  private void configure(String more) {
    boolean running = left.daemon().alive();
    for (DetourNode node : topology.nodes()) {
      node.configure("both", topology.configuration(node, "ams1, fra1", more));
    }
    if (running && more.equals(configured)) {
      topology.restore();
    } else {
      topology.restartNodes();
    }
    configured = more;
    mark = AnswerLog.mark();
  }

  /// @param members of etcd that are at the site, from 0
  private static void loseSite(int... members) {
    List<Place> site =
        Stream.concat(
                Stream.of(lost.place(), topology.primary()),
                Arrays.stream(members).mapToObj(topology.etcdPlaces()::get))
            .toList();
    topology.network().isolate(site, List.of(topology.client()));
  }

  private boolean impaired() {
    return lost.status().path("guard").path("impaired").asBoolean();
  }

  /// What one site decided alone holds for both when they are together again, until what was
  /// configured takes it back.
  private void returnsAsBefore() {
    topology.network().mend();
    ClusterTopology.await("both to wait for an operator with the one service")
        .until(() ->
            topology.nodes().stream().allMatch(node -> node.statusOf(MANUAL).equals("READY")));
    topology.assertAnswers(List.of(left), MANUAL, mark, PRIMARY, STANDBY);
    topology.awaitAnswers(topology.nodes(), WWW, PRIMARY);
    topology.restore();
    topology.assertAnswers(List.of(left), MANUAL, mark, PRIMARY, STANDBY, PRIMARY);
    topology.assertAnswers(List.of(left), WWW, mark, PRIMARY, STANDBY, PRIMARY);
  }
}
