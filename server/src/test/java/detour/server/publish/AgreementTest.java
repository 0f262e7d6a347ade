package detour.server.publish;

import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Health;
import detour.failover.model.OperatorOverride;
import detour.failover.model.OperatorOverride.State;
import detour.failover.model.OverridePath;
import detour.failover.model.Service.Failback;
import detour.failover.verdict.Presence;
import detour.server.publish.Cluster.NotAgreed;
import detour.server.publish.Cluster.Overtaken;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/// What a node decides alone and tells, what it asks for first, and what it takes over.
class AgreementTest extends AgreementCase {
  @Test
  void shouldServeAFailoverAtOnceAndTellIt() {
    SteppedPublish node = node(SERVICE);
    dies(node, "192.0.2.1");

    assertThat(served(node)).isEqualTo("fra");
    assertThat(cluster.moved.getLast())
        .extracting(Latch::pool, Latch::epoch, Latch::by)
        .containsExactly("fra", 1L, "here");
  }

  @Test
  void shouldServeAFailbackOnlyOnceItIsAgreedOn() {
    SteppedPublish node = failedOver(SERVICE);
    recoversFor(node, 35);

    assertThat(cluster.asked).extracting(Latch::pool).containsExactly("ams");
    assertThat(served(node)).isEqualTo("fra");

    agree(node, latch("ams", 3, "here"));
    cluster.answers.getFirst().complete(null);
    node.turn();

    assertThat(served(node)).isEqualTo("ams");
    assertThat(cluster.moved).extracting(Latch::epoch).doesNotContain(4L);
  }

  @Test
  void shouldAskAgainForAFailbackThatWasNotAgreedOn() {
    SteppedPublish node = failedOver(SERVICE);
    recoversFor(node, 35);
    cluster.answers.getFirst().completeExceptionally(new NotAgreed("cut off"));
    node.turn();

    assertThat(served(node)).isEqualTo("fra");
    assertThat(reason(node)).contains("did not agree");

    time.advance(Duration.ofSeconds(2));
    node.turn();
    assertThat(cluster.asked).hasSize(2);
    assertThat(served(node)).isEqualTo("fra");
  }

  @Test
  void shouldTakeOverTheWinnersLatchAndJudgeFromThere() {
    SteppedPublish node =
        node(
            service(
                NAME,
                pool("ams", "192.0.2.1"),
                pool("fra", "192.0.2.2"),
                pool("nyc", "192.0.2.3")));
    dies(node, "192.0.2.1");
    agree(node, latch("nyc", 1, "other"));

    assertThat(served(node)).isEqualTo("nyc");
    assertThat(cluster.moved).extracting(Latch::pool).containsExactly("ams", "fra");
  }

  @Test
  void shouldLeaveAPoolThatItTookOverAndThatCannotServe() {
    SteppedPublish node = node(SERVICE);
    dies(node, "192.0.2.1");
    agree(node, latch("ams", 5, "other"));

    assertThat(served(node)).isEqualTo("fra");
    assertThat(cluster.moved.getLast())
        .extracting(Latch::pool, Latch::epoch)
        .containsExactly("fra", 6L);
  }

  @Test
  void shouldNotLeaveOnAFrozenVerdictWhatTheOthersAgreedOn() {
    SteppedPublish node = frozenAfterAFailover(SERVICE);
    cluster.moved.clear();
    agree(node, latch("ams", 3, "fra"));
    node.observed("192.0.2.2", true);
    node.turn();

    assertThat(served(node)).isEqualTo("fra");
    assertThat(cluster.moved).isEmpty();
  }

  @Test
  void shouldTakeOverWhatTheOthersAgreedOnOnceItHearsWhy() {
    SteppedPublish node = frozenAfterAFailover(SERVICE);
    cluster.moved.clear();
    agree(node, latch("ams", 3, "fra"));
    othersSay(node, Presence.PRESENT, Health.UP);

    assertThat(served(node)).isEqualTo("ams");
    assertThat(cluster.moved).isEmpty();
  }

  @Test
  void shouldLeaveWhatTheOthersAgreedOnOnceItsVerdictCounts() {
    SteppedPublish node = frozenAfterAFailover(SERVICE);
    cluster.moved.clear();
    agree(node, latch("ams", 3, "fra"));
    othersSay(node, Presence.PRESENT, Health.DOWN);

    assertThat(served(node)).isEqualTo("fra");
    assertThat(cluster.moved)
        .extracting(Latch::pool, Latch::epoch)
        .containsExactly(Assertions.tuple("fra", 4L));
  }

  @Test
  void shouldWaitItsWholeTimeAfterTakingOverALaterPool() {
    SteppedPublish node = node(SERVICE);
    passes(node, "192.0.2.1");
    time.advance(Duration.ofMinutes(10));
    passes(node, "192.0.2.1");
    agree(node, latch("fra", 1, "other"));

    assertThat(served(node)).isEqualTo("fra");
    time.advance(Duration.ofSeconds(29));
    node.turn();
    assertThat(cluster.asked).isEmpty();
    time.advance(Duration.ofSeconds(2));
    node.turn();
    assertThat(cluster.asked).extracting(Latch::pool).containsExactly("ams");
  }

  @Test
  void shouldNotFightOverAPoolThatItDoesNotHave() {
    SteppedPublish node = node(SERVICE);
    int told = cluster.moved.size();
    agree(node, latch("new", 7, "other"));

    assertThat(served(node)).isEqualTo("ams");
    assertThat(cluster.moved).hasSize(told);
  }

  @Test
  void shouldTellItsLatchAnewToAStoreThatLostIt() {
    SteppedPublish node = failedOver(SERVICE);
    cluster.moved.clear();
    node.inbox().agreed(new Agreed.Latches(List.of(), true, 1));
    node.turn();

    assertThat(served(node)).isEqualTo("fra");
    assertThat(cluster.moved)
        .extracting(Latch::pool, Latch::epoch)
        .containsExactly(Assertions.tuple("fra", 1L));
  }

  @Test
  void shouldAcknowledgeAnOverrideOnlyWhenTheOthersHaveIt() {
    SteppedPublish node = node(SERVICE);
    var done = node.setOverride(PATH, OperatorOverride.State.DRAIN, null);
    node.turn();
    assertThat(done).isNotDone();
    assertThat(served(node)).isEqualTo("ams");

    cluster.wishes.getFirst().complete(null);
    node.turn();
    assertThat(done).isCompleted();
    assertThat(served(node)).isEqualTo("fra");
  }

  @Test
  void shouldChangeNothingWhenTheOthersCannotBeTold() {
    SteppedPublish node = node(SERVICE);
    var done = node.setOverride(PATH, OperatorOverride.State.DRAIN, null);
    node.turn();
    cluster.wishes.getFirst().completeExceptionally(new NotAgreed("the store is away"));
    node.turn();

    assertThat(done)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("nothing was changed: the store is away");
    assertThat(served(node)).isEqualTo("ams");
  }

  @Test
  void shouldAskTheRulesAnewWhenAnotherChangeWasFaster() {
    SteppedPublish node = node(SERVICE);
    var done = drill(node);
    cluster.wishes.getFirst().completeExceptionally(new Overtaken("another was faster"));
    node.turn();
    assertThat(done).as("until the other change is known").isNotDone();

    agreeOn(node, NAME + "/fra", drained(null));
    assertThat(cluster.wishes).as("the rules forbid it").hasSize(1);
    assertThat(done)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("the safety rule drill forbids it");
  }

  @Test
  void shouldDoWhatWasOvertakenWhereTheRulesStillAllowIt() {
    SteppedPublish node = node(SERVICE);
    var done = drill(node);
    cluster.wishes.getFirst().completeExceptionally(new Overtaken("another was faster"));
    agreeOn(
        node,
        NAME + "/fra/192.0.2.2",
        new OperatorOverride(State.UP, "so", "bob", time.now(), null));
    assertThat(cluster.wishedFor).containsExactly(PATH, PATH);

    cluster.wishes.getLast().complete(null);
    node.turn();
    assertThat(done).isCompleted();
    assertThat(served(node)).isEqualTo("fra");
  }

  @Test
  void shouldSayThatAnotherWasFasterWhenNothingIsHeardOfIt() {
    SteppedPublish node = node(SERVICE);
    var done = drill(node);
    cluster.wishes.getFirst().completeExceptionally(new Overtaken("another was faster"));
    node.turn();
    time.advance(Duration.ofSeconds(4));
    node.turn();
    assertThat(done)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("nothing was changed: another was faster");
  }

  private static CompletableFuture<Void> drill(SteppedPublish node) {
    CompletableFuture<Void> done =
        node.inbox()
            .command(
                new Command.SetOverride(
                    OverridePath.parse(PATH),
                    State.DOWN,
                    "a test",
                    null,
                    Duration.ofHours(1),
                    OperatorOverride.Purpose.DRILL,
                    false,
                    "ann"));
    node.turn();
    return done;
  }

  @Test
  void shouldTakeOverOverridesOfOthersAndTheirClearing() {
    SteppedPublish node = node(SERVICE);
    agreeOn(node, drained(null));
    assertThat(served(node)).isEqualTo("fra");

    agreeOn(node, null);
    agree(node, latch("ams", 9, "other"));
    assertThat(served(node)).isEqualTo("ams");
    assertThat(disk.history())
        .anyMatch(event -> event.contains("override " + PATH + ": DRAIN (of another)"))
        .anyMatch(event -> event.contains("override " + PATH + ": DRAIN -> cleared"));
  }

  @Test
  void shouldTellTheOthersOfOverridesThatTheyNeverHeardOf() {
    SteppedPublish node = node(SERVICE);
    agreeOn(node, drained(null));
    cluster.wishedFor.clear();
    node.inbox().agreed(new Agreed.Overrides(Map.of(), true, 1));
    node.turn();

    assertThat(cluster.wishedFor).containsExactly(PATH);
    assertThat(served(node)).isEqualTo("fra");
  }

  @Test
  void shouldNotTakeOverAnOverrideThatHasRunOut() {
    SteppedPublish node = node(SERVICE);
    agreeOn(node, drained(time.now().minusSeconds(1)));
    assertThat(served(node)).isEqualTo("ams");
  }

  @Test
  void shouldTellAnOperatorWhyAFailbackWasNotAgreedOn() {
    SteppedPublish node = failedOver(SERVICE.failback(Failback.MANUAL));
    recoversFor(node, 5);
    var done = node.approveFailback(NAME);
    node.turn();
    assertThat(done).isNotDone();

    cluster.answers.getFirst().completeExceptionally(new NotAgreed("this node is cut off"));
    node.turn();
    assertThat(done)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("this node is cut off");
    assertThat(served(node)).isEqualTo("fra");
  }

  @Test
  void shouldAcknowledgeAFailbackOnceItIsAgreedOn() {
    SteppedPublish node = failedOver(SERVICE.failback(Failback.MANUAL));
    recoversFor(node, 5);
    var done = node.approveFailback(NAME);
    node.turn();
    agree(node, latch("ams", 3, "here"));
    cluster.answers.getFirst().complete(null);
    node.turn();

    assertThat(done).isCompleted();
    assertThat(served(node)).isEqualTo("ams");
  }
}
