package detour.systemtest;

import static detour.systemtest.ClusterTopology.MANUAL;
import static detour.systemtest.ClusterTopology.PRIMARY;
import static detour.systemtest.ClusterTopology.STANDBY;
import static detour.systemtest.ClusterTopology.WWW;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A node of the cluster is lost: the others go on, and it takes up what they agreed on when it is
/// back.
class ClusterNodeLossTest {
  @RegisterExtension static final Stage STAGE = Stage.forClass();

  private static ClusterTopology topology;

  private DetourNode lost;
  private List<DetourNode> others;
  private long mark;

  @BeforeAll
  static void start() {
    topology = ClusterTopology.ofThree(STAGE);
  }

  @BeforeEach
  void restore() {
    mark = topology.restore();
    lost = topology.node(2);
    others = topology.nodesBut(lost);
  }

  @Test
  void shouldGoOnWithoutANodeThatIsKilledAndTakeItBackIn() {
    lost.daemon().kill();
    awaitLost();
    long failed = AnswerLog.mark();
    topology.primaryServer().kill();
    topology.assertPromptFailover(others, "without the node that was killed", failed);

    long restarted = AnswerLog.mark();
    lost.daemon().start();
    topology.awaitAnswers(List.of(lost), WWW, STANDBY);
    topology.primaryServer().start();
    topology.awaitAnswers(topology.nodes(), WWW, PRIMARY);
    topology.assertAnswers(others, WWW, mark, PRIMARY, STANDBY, PRIMARY);
    // It was not there to see the failover: until it has heard of it, it goes on as it ended.
    assertThat(topology.answers().answers(lost, WWW, restarted))
        .isSubsetOf(PRIMARY, STANDBY)
        .hasSizeLessThanOrEqualTo(3)
        .endsWith(STANDBY, PRIMARY);
  }

  @Test
  void shouldGoOnWithoutANodeThatIsPausedForLongerThanItsLease() {
    lost.daemon().pause();
    awaitLost();
    long failed = AnswerLog.mark();
    topology.primaryServer().broken(true);
    topology.assertPromptFailover(others, "without the node that is paused", failed);

    lost.daemon().resume();
    topology.awaitAnswers(List.of(lost), WWW, STANDBY);
    topology.primaryServer().broken(false);
    topology.awaitAnswers(topology.nodes(), WWW, PRIMARY);
    topology.assertAnswers(others, WWW, mark, PRIMARY, STANDBY, PRIMARY);
    assertThat(topology.answers().answers(lost, WWW, mark))
        .containsExactly(PRIMARY, STANDBY, PRIMARY);
  }

  /// Each in its turn, as for an upgrade, while a failback waits for an operator.
  @Test
  void shouldAnswerTheSameWhileEachNodeIsRestartedInTurn() {
    topology.primaryServer().broken(true);
    topology.assertPromptFailover(topology.nodes(), "before the restarts", mark);
    topology.primaryServer().broken(false);
    topology.awaitAnswers(topology.nodes(), WWW, PRIMARY);
    long since = AnswerLog.mark();
    for (DetourNode node : topology.nodes()) {
      node.daemon().stop();
      node.daemon().start();
      ClusterTopology.await(node.name() + " to be back, with a failback that waits")
          .until(() -> node.ready() && node.statusOf(MANUAL).equals("READY"));
      ClusterTopology.await(node.name() + " to be present for the others")
          .until(() ->
              topology.nodesBut(node).stream()
                  .allMatch(other -> other.presenceOf(node).equals("PRESENT")));
    }
    for (DetourNode node : topology.nodes()) {
      assertThat(topology.answers().answers(node, MANUAL, since)).containsExactly(STANDBY);
      assertThat(topology.answers().answers(node, WWW, since)).containsExactly(PRIMARY);
    }
  }

  private void awaitLost() {
    ClusterTopology.await("the others to find it absent")
        .until(() -> others.stream().allMatch(node -> node.presenceOf(lost).equals("ABSENT")));
  }
}
