package detour.server.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import detour.failover.model.Health;
import detour.failover.model.OperatorOverride;
import detour.failover.model.Service.Failback;
import detour.failover.verdict.Presence;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What becomes of what a node decided while it could not tell the others.
class DarkMovesTest extends AgreementCase {
  private static final Declared MANUAL = SERVICE.failback(Failback.MANUAL);

  @Test
  void shouldStayWhereItWentWhenItHearsAgainOfTheLatchThatItLeft() {
    SteppedPublish node = wentInTheDark(SERVICE);
    hearAll(node, latch("ams", 4, "other"));

    assertThat(served(node)).isEqualTo("fra");
    assertThat(cluster.moved.getLast())
        .extracting(Latch::pool, Latch::epoch)
        .containsExactly("fra", 5L);
  }

  @Test
  void shouldNotTellItAnewWhenItHearsAgainOfTheLatchThatItLeft() {
    SteppedPublish node = wentInTheDark(SERVICE);
    int told = cluster.moved.size();
    hearAll(node, latch("ams", 4, "other"));

    assertThat(cluster.moved).hasSize(told);
  }

  @Test
  void shouldGiveWayToWhoeverMovedMeanwhile() {
    SteppedPublish node = wentInTheDark(SERVICE);
    recoversFor(node, 2);
    agree(node, latch("ams", 5, "other"));

    assertThat(served(node)).isEqualTo("ams");
  }

  @Test
  void shouldFailBackOnlyAfterItsTimeSinceTheOthersKnow() {
    SteppedPublish node = wentInTheDark(SERVICE);
    recoversFor(node, 120);
    cluster.refuseAll("cut off");
    node.turn();
    cluster.asked.clear();
    agree(node, latch("fra", 5, "here"));
    recoversFor(node, 25);
    assertThat(cluster.asked).isEmpty();

    recoversFor(node, 10);
    assertThat(cluster.asked).extracting(Latch::pool).containsExactly("ams");
  }

  @Test
  void shouldWaitForAnOperatorAfterTheDarkToo() {
    SteppedPublish node = wentInTheDark(MANUAL);
    recoversFor(node, 60);
    agree(node, latch("fra", 5, "here"));
    recoversFor(node, 60);

    assertThat(served(node)).isEqualTo("fra");
    assertThat(cluster.asked).isEmpty();
  }

  @Test
  void shouldStandByItsMoveOverARestart() {
    var _ = wentInTheDark(MANUAL);
    SteppedPublish again = restarted(MANUAL);
    recoversFor(again, 5);
    hearAll(again, latch("ams", 4, "other"));

    assertThat(served(again)).isEqualTo("fra");
    assertThat(cluster.moved)
        .extracting(Latch::pool, Latch::epoch)
        .containsExactly(tuple("fra", 5L));
  }

  @Test
  void shouldTellWhatItDecidesInTheDarkAfterARestart() {
    SteppedPublish node = node(MANUAL);
    passes(node, "192.0.2.1");
    agree(node, latch("ams", 4, "other"));
    SteppedPublish again = restarted(MANUAL);
    dies(again, "192.0.2.1");
    recoversFor(again, 5);
    hearAll(again, latch("ams", 4, "other"));

    assertThat(served(again)).isEqualTo("fra");
    assertThat(cluster.moved)
        .extracting(Latch::pool, Latch::epoch)
        .containsExactly(tuple("fra", 5L));
  }

  @Test
  void shouldGiveWayOverARestartToWhoeverMovedMeanwhile() {
    var _ = wentInTheDark(MANUAL);
    SteppedPublish again = restarted(MANUAL);
    recoversFor(again, 5);
    hearAll(again, latch("ams", 6, "other"));

    assertThat(served(again)).isEqualTo("ams");
    assertThat(cluster.moved).isEmpty();
  }

  @Test
  void shouldTellNothingAfterARestartThatTheOthersKnow() {
    SteppedPublish node = failedOver(MANUAL);
    assertThat(served(node)).isEqualTo("fra");
    SteppedPublish again = restarted(MANUAL);
    hearAll(again, latch("fra", 2, "here"));

    assertThat(served(again)).isEqualTo("fra");
    assertThat(cluster.moved).isEmpty();
  }

  @Test
  void shouldGiveBackToAStoreThatLostItWhatWasDecidedBeforeARestart() {
    var _ = failedOver(MANUAL);
    SteppedPublish again = restarted(MANUAL);
    again.inbox().agreed(new Agreed.Latches(List.of(), true, 1));
    again.turn();

    assertThat(cluster.moved)
        .extracting(Latch::pool, Latch::epoch)
        .containsExactly(tuple("fra", 1L));
  }

  @Test
  void shouldGiveBackToAStoreThatWentBackWhatWasAgreedSince() {
    SteppedPublish node = failedOver(MANUAL);
    agree(node, latch("fra", 7, "here"));
    recoversFor(node, 5);
    cluster.moved.clear();
    hearAll(node, latch("ams", 3, "other"));

    assertThat(served(node)).isEqualTo("fra");
    assertThat(cluster.moved)
        .extracting(Latch::pool, Latch::epoch)
        .containsExactly(tuple("fra", 4L));
  }

  @Test
  void shouldNotTellWhatItLeftOnAVerdictOfBeforeTheRestart() {
    SteppedPublish node = frozenAfterAFailover(MANUAL);
    agreeOn(node, upFor(Duration.ofSeconds(10)));
    agree(node, latch("ams", 3, "fra"));
    assertThat(served(node)).isEqualTo("ams");
    time.advance(Duration.ofSeconds(20));

    SteppedPublish again = restartedAmongOthers(MANUAL);
    cluster.moved.clear();
    hearAll(again, latch("ams", 3, "fra"));
    othersSay(again, Presence.PRESENT, Health.UP);

    assertThat(served(again)).isEqualTo("ams");
    assertThat(cluster.moved).isEmpty();
  }

  @Test
  void shouldTellTheOperatorThatNobodyKnowsWhetherAnOverrideIsInForce() {
    SteppedPublish node = node(SERVICE);
    var done = node.setOverride(PATH, OperatorOverride.State.DRAIN, null);
    node.turn();
    cluster.wishes.getFirst().completeExceptionally(new Cluster.OutcomeUnknown("who knows"));
    node.turn();

    assertThat(done)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("who knows")
        .withMessageNotContaining("nothing was changed");
  }

  /// Epoch 4 of another node was agreed on, and is the last that it heard of.
  private SteppedPublish wentInTheDark(Declared service) {
    SteppedPublish node = node(service);
    passes(node, "192.0.2.1");
    agree(node, latch("ams", 4, "other"));
    dies(node, "192.0.2.1");
    assertThat(served(node)).isEqualTo("fra");
    return node;
  }

  private SteppedPublish restarted(Declared service) {
    cluster.moved.clear();
    return node(service);
  }

  private SteppedPublish restartedAmongOthers(Declared service) {
    cluster.moved.clear();
    return amongOthers(service);
  }

  private static void hearAll(SteppedPublish node, Latch latch) {
    node.inbox().agreed(new Agreed.Latches(List.of(latch), true, latch.epoch()));
    node.turn();
  }

  private OperatorOverride upFor(Duration duration) {
    return new OperatorOverride(
        OperatorOverride.State.UP, "of another", "bob", time.now(), time.now().plus(duration));
  }
}
