package detour.server.publish;

import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import detour.failover.model.Health;
import detour.failover.model.Service.Failback;
import detour.failover.verdict.Presence;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What a node does while it cannot judge from what the others agreed on, since too few vantages
/// are present.
class PutOffTest extends AgreementCase {
  private static final Declared THREE_POOLS =
      service(NAME, pool("ams", "192.0.2.1"), pool("fra", "192.0.2.2"), pool("nyc", "192.0.2.3"));

  @Test
  void shouldSayWhatWaits() {
    SteppedPublish node = frozenAfterAFailover(SERVICE);
    agree(node, latch("ams", 3, "fra"));

    assertThat(served(node)).isEqualTo("fra");
    assertThat(reason(node))
        .contains("the other nodes agreed on ams (fra), which waits until enough vantages");
  }

  @Test
  void shouldNotTellWhereItWentMeanwhile() {
    SteppedPublish node = frozenAfterAFailover(THREE_POOLS);
    agree(node, latch("ams", 3, "fra"));
    cluster.moved.clear();
    agreeOn(node, NAME + "/fra", drained(null));

    assertThat(served(node)).isEqualTo("nyc");
    assertThat(cluster.moved).isEmpty();

    othersSay(node, Presence.PRESENT, Health.UP);
    assertThat(served(node)).isEqualTo("ams");
    assertThat(cluster.moved).isEmpty();
  }

  @Test
  void shouldTellWhereItGoesOnceItCanJudge() {
    SteppedPublish node = frozenAfterAFailover(THREE_POOLS);
    agree(node, latch("ams", 3, "fra"));
    cluster.moved.clear();
    agreeOn(node, NAME + "/fra", drained(null));
    othersSay(node, Presence.PRESENT, Health.DOWN);

    assertThat(served(node)).isEqualTo("nyc");
    assertThat(cluster.moved)
        .extracting(Latch::pool, Latch::epoch)
        .containsExactly(tuple("nyc", 4L));
  }

  @Test
  void shouldRefuseAnApprovalThatMeetsWhatWaits() {
    SteppedPublish node = frozenAfterAFailover(THREE_POOLS.failback(Failback.MANUAL));
    agreeOn(node, NAME + "/fra", drained(null));
    agree(node, latch("nyc", 3, "here"));
    agreeOn(node, NAME + "/fra", null);
    agree(node, latch("ams", 4, "fra"));
    assertThat(served(node)).isEqualTo("nyc");
    var done = node.approveFailback(NAME);
    node.turn();

    assertThat(done)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("nothing was changed: the other nodes agreed on ams");
    assertThat(served(node)).isEqualTo("nyc");
    assertThat(cluster.asked).isEmpty();
  }

  @Test
  void shouldRefuseAnApprovalWhenNothingWaitsAnyMore() {
    SteppedPublish node = failedOver(SERVICE.failback(Failback.MANUAL));
    recoversFor(node, 5);
    var done = node.approveFailback(NAME);
    for (int failure = 0; failure < 3; failure++) {
      node.observed("192.0.2.1", false);
    }
    node.turn();

    assertThat(done)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("no failback of " + NAME + " waits any more");
    assertThat(cluster.asked).isEmpty();
  }
}
