package detour.systemtest;

import static detour.systemtest.ClusterTopology.MANUAL;
import static detour.systemtest.ClusterTopology.PRIMARY;
import static detour.systemtest.ClusterTopology.STALE_AFTER;
import static detour.systemtest.ClusterTopology.STANDBY;
import static detour.systemtest.ClusterTopology.WWW;
import static org.assertj.core.api.Assertions.assertThat;

import detour.systemtest.RoutedNetwork.Place;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// One node is cut off: the majority decides, the minority stays with what it served, and when the
/// cut is mended all agree again. Both still see the endpoints.
class ClusterPartitionTest {
  @RegisterExtension static final Stage STAGE = Stage.forClass();

  private static ClusterTopology topology;

  private DetourNode minority;
  private List<DetourNode> majority;
  private long mark;

  @BeforeAll
  static void start() {
    topology = ClusterTopology.ofThree(STAGE);
  }

  @BeforeEach
  void restore() {
    mark = topology.restore();
    minority = topology.node(0);
    majority = topology.nodesBut(minority);
  }

  /// How the first node is cut off.
  enum Cut {
    FROM_ETCD {
      @Override
      void happen(RoutedNetwork network, Place node, List<Place> etcd) {
        network.cut(node, etcd);
      }
    },
    OUT_BUT_NOT_IN {
      @Override
      void happen(RoutedNetwork network, Place node, List<Place> etcd) {
        network.cutOneWay(etcd, node);
      }
    },
    IN_BUT_NOT_OUT {
      @Override
      void happen(RoutedNetwork network, Place node, List<Place> etcd) {
        network.cutOneWay(node, etcd);
      }
    },
    /// It reaches a member of etcd that reaches no other.
    TOGETHER_WITH_ITS_MEMBER {
      @Override
      void happen(RoutedNetwork network, Place node, List<Place> etcd) {
        List<Place> others = etcd.subList(1, etcd.size());
        network.cut(node, others);
        network.cut(etcd.getFirst(), others);
        network.cut(
            etcd.getFirst(),
            topology.nodesBut(topology.node(0)).stream().map(DetourNode::place).toList());
      }
    };

    abstract void happen(RoutedNetwork network, Place node, List<Place> etcd);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "IN_BUT_NOT_OUT")
  void shouldLetTheMajorityDecideAndTheMinorityKeepWhatItServed(Cut cut) {
    cutOff(cut);
    long failed = AnswerLog.mark();
    topology.primaryServer().broken(true);
    topology.assertPromptFailover(majority, "without one node, " + cut, failed);
    awaitFrozen();
    topology.assertAnswers(List.of(minority), WWW, mark, PRIMARY);

    topology.network().mend();
    topology.awaitAnswers(List.of(minority), WWW, STANDBY);
    topology.primaryServer().broken(false);
    topology.awaitAnswers(topology.nodes(), WWW, PRIMARY);
    topology.assertAnswers(topology.nodes(), WWW, mark, PRIMARY, STANDBY, PRIMARY);
  }

  @Test
  void shouldNeverFailBackWhileCutOff() {
    topology.primaryServer().broken(true);
    topology.assertPromptFailover(topology.nodes(), "the backend answers 500", mark);
    cutOff(Cut.IN_BUT_NOT_OUT);
    topology.primaryServer().broken(false);
    topology.awaitAnswers(majority, WWW, PRIMARY);
    awaitFrozen();
    topology.assertAnswers(List.of(minority), WWW, mark, PRIMARY, STANDBY);
    Command.Output approval = minority.cli("failback", MANUAL);
    assertThat(approval.exitCode()).as(approval.all()).isNotZero();
    topology.assertAnswers(List.of(minority), MANUAL, mark, PRIMARY, STANDBY);

    topology.network().mend();
    topology.awaitAnswers(topology.nodes(), WWW, PRIMARY);
    topology.assertAnswers(topology.nodes(), WWW, mark, PRIMARY, STANDBY, PRIMARY);
  }

  /// Its endpoints are out of its sight too, and nobody can ask it.
  @Test
  void shouldGoOnWithoutANodeWhoseLinkIsDown() {
    topology.network().takeDown(minority.place());
    awaitAbsent();
    long failed = AnswerLog.mark();
    topology.primaryServer().broken(true);
    topology.assertPromptFailover(majority, "without the node whose link is down", failed);
    topology.assertAnswers(majority, WWW, mark, PRIMARY, STANDBY);

    topology.network().mend();
    topology.awaitAnswers(List.of(minority), WWW, STANDBY);
    assertThat(topology.answers().answers(minority, WWW, mark)).doesNotHaveDuplicates();
    topology.primaryServer().broken(false);
    topology.awaitAnswers(topology.nodes(), WWW, PRIMARY);
    topology.assertAnswers(majority, WWW, mark, PRIMARY, STANDBY, PRIMARY);
  }

  private void cutOff(Cut cut) {
    cut.happen(topology.network(), minority.place(), topology.etcdPlaces());
    awaitAbsent();
  }

  private void awaitAbsent() {
    ClusterTopology.await("the others to find it absent")
        .until(
            () -> majority.stream().allMatch(node -> node.presenceOf(minority).equals("ABSENT")));
  }

  /// Until it knows that it is alone, and for some time after that.
  private void awaitFrozen() {
    ClusterTopology.await("the minority to say that it is frozen")
        .atMost(STALE_AFTER.plus(DetourServer.PATIENCE))
        .until(() -> minority.alarms().stream().anyMatch(alarm -> alarm.contains("frozen")));
    ClusterTopology.letPass(Duration.ofSeconds(1));
    assertThat(minority.cluster().path("stale").asBoolean()).isTrue();
    assertThat(Stream.of(WWW, MANUAL).map(minority::statusOf)).doesNotContain("READY");
  }
}
