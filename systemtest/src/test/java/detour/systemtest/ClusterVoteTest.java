package detour.systemtest;

import static detour.systemtest.ClusterTopology.MANUAL;
import static detour.systemtest.ClusterTopology.PRIMARY;
import static detour.systemtest.ClusterTopology.STANDBY;
import static detour.systemtest.ClusterTopology.WWW;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Paths fail between vantages and an endpoint that is well: what one of them loses moves nothing,
/// what most of them lose moves all.
class ClusterVoteTest {
  @RegisterExtension static final Stage STAGE = Stage.forClass();

  private static ClusterTopology topology;

  private long mark;

  @BeforeAll
  static void start() {
    topology = ClusterTopology.ofThree(STAGE);
  }

  @BeforeEach
  void restore() {
    topology.restore();
    mark = AnswerLog.mark();
  }

  @Test
  void shouldNotFailOverWhenOneVantageLosesItsPathToAHealthyPrimary() {
    topology.network().cut(topology.primary(), List.of(topology.node(0).place()));
    ClusterTopology.letPass(Duration.ofSeconds(8));
    topology.assertAnswers(topology.nodes(), WWW, mark, PRIMARY);
    topology.restore();
    topology.assertAnswers(topology.nodes(), WWW, mark, PRIMARY);
    topology.assertAnswers(topology.nodes(), MANUAL, mark, PRIMARY);
  }

  @Test
  void shouldFailOverWhenTwoLoseItAndBackWhenThePathReturns() {
    topology.network().cut(topology.primary(), List.of(topology.node(0).place(), topology.node(1).place()));
    topology.awaitAnswers(topology.nodes(), WWW, STANDBY);
    System.out.println("failover after " + topology.latest(topology.nodes(), WWW, STANDBY, mark));
    topology.network().mend();
    topology.awaitAnswers(topology.nodes(), WWW, PRIMARY);
    topology.assertAnswers(topology.nodes(), WWW, mark, PRIMARY, STANDBY, PRIMARY);
    topology.assertAnswers(topology.nodes(), MANUAL, mark, PRIMARY, STANDBY);
  }
}
