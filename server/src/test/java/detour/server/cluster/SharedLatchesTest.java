package detour.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.cluster.Membership.Role;
import detour.server.metrics.Counter;
import detour.server.publish.Cluster.NotAgreed;
import detour.server.publish.Cluster.OutcomeUnknown;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// How latches are moved in the store by one node among others.
class SharedLatchesTest {
  private static final Duration A_LITTLE = Duration.ofMillis(500);
  private static final Duration A_WHILE = Duration.ofSeconds(10);
  private static final Duration INTO_THE_DARK = SteppedMembers.STALE_AFTER.plusSeconds(5);

  private final SteppedMembers world = new SteppedMembers();
  private final SteppedMember ams = world.join("ams1");
  private final SteppedMember fra = world.join("fra1");

  @Test
  void shouldTellEveryoneOfAMove() {
    agreedOn("one");
    ams.core.moved(world.latch("two", 2, "ams1"));
    world.pass(A_LITTLE);

    assertThat(world.stored()).isEqualTo("two/2 by ams1");
    assertThat(ams.latchesTold()).contains("two/2 by ams1");
    assertThat(fra.latchesTold()).contains("two/2 by ams1");
  }

  @Test
  void shouldLetOneOfTwoWinThatMoveAtOnce() {
    agreedOn("one");
    ams.client.slow(Duration.ofMillis(100));
    ams.core.moved(world.latch("two", 2, "ams1"));
    fra.core.moved(world.latch("three", 2, "fra1"));
    world.pass(A_WHILE);

    assertThat(world.stored()).isEqualTo("three/2 by fra1");
    assertThat(ams.latchesTold()).containsOnly("three/2 by fra1");
    assertThat(ams.count(Counter.CLUSTER_RACES_LOST)).isEqualTo(1);
    assertThat(fra.count(Counter.CLUSTER_RACES_LOST)).isZero();
  }

  @Test
  void shouldWriteWhatWasMovedInTheDarkWhereNobodyElseMoved() {
    agreedOn("one");
    ams.client.unreachable(true);
    world.pass(INTO_THE_DARK);
    ams.core.moved(world.latch("two", 2, "ams1"));
    world.pass(INTO_THE_DARK);
    assertThat(world.stored()).isEqualTo("one/1 by fra1");

    ams.client.unreachable(false);
    world.pass(A_WHILE);
    assertThat(world.stored()).isEqualTo("two/2 by ams1");
    assertThat(fra.latchesTold()).contains("two/2 by ams1");
    assertThat(ams.latchesTold()).containsExactly("two/2 by ams1");
  }

  @Test
  void shouldWriteWhatCouldNotBeWrittenForLong() {
    agreedOn("one");
    ams.client.unreachable(true);
    ams.core.moved(world.latch("two", 2, "ams1"));
    world.pass(INTO_THE_DARK);
    ams.client.unreachable(false);
    world.pass(A_WHILE);

    assertThat(world.stored()).isEqualTo("two/2 by ams1");
  }

  @Test
  void shouldGiveWayToWhoeverMovedWhileItWasInTheDark() {
    agreedOn("one");
    ams.client.unreachable(true);
    world.pass(INTO_THE_DARK);
    ams.core.moved(world.latch("two", 2, "ams1"));
    fra.core.moved(world.latch("three", 2, "fra1"));
    world.pass(A_LITTLE);
    ams.client.unreachable(false);
    world.pass(A_WHILE);

    assertThat(world.stored()).isEqualTo("three/2 by fra1");
    assertThat(ams.latchesTold()).contains("three/2 by fra1").doesNotContain("two/2 by ams1");
  }

  @Test
  void shouldAgreeToNoFailbackBeforeItsOwnMoveIsWritten() {
    agreedOn("one");
    ams.client.unreachable(true);
    ams.core.moved(world.latch("two", 2, "ams1"));
    var answer = ams.failBack(world.latch("one", 2, "ams1"));

    assertThat(answer)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(NotAgreed.class)
        .withMessageContaining("do not know of its last move");
  }

  @Test
  void shouldAgreeToNoFailbackInTheDark() {
    agreedOn("two");
    ams.client.unreachable(true);
    world.pass(INTO_THE_DARK);

    assertThat(ams.failBack(world.latch("one", 2, "ams1")))
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("cut off");
  }

  @Test
  void shouldTellWhatIsLeftWhenALatchIsFoundRemoved() {
    agreedOn("one");
    ams.client.watchesSilent(true);
    world.removeByHand(SteppedMembers.latchKey());
    ams.core.moved(world.latch("two", 2, "ams1"));
    world.pass(A_LITTLE);

    assertThat(ams.latchesTold()).containsExactly("whole");
  }

  @Test
  void shouldTellWhatIsLeftWhenALatchIsRemoved() {
    agreedOn("one");
    world.removeByHand(SteppedMembers.latchKey());
    world.pass(A_LITTLE);

    assertThat(ams.latchesTold()).containsExactly("whole");
  }

  @Test
  void shouldForgetWhatARestoredStoreDoesNotHoldHoweverFarItHasGrown() {
    agreedOn("one");
    ams.core.moved(world.latch("two", 2, "ams1"));
    world.pass(A_LITTLE);
    ams.latchesTold();
    while ("two/2 by ams1".equals(world.stored())) {
      world.store.loseLast(1);
    }
    world.growPast(500);
    world.pass(A_WHILE);
    assertThat(ams.latchesTold()).startsWith("whole", "one/1 by fra1");

    ams.core.moved(world.latch("three", 2, "ams1"));
    world.pass(A_LITTLE);
    assertThat(world.stored()).isEqualTo("three/2 by ams1");
    assertThat(ams.core.state().waiting()).isZero();
  }

  @Test
  void shouldNotTakeItsOwnMoveForAnothers() {
    agreedOn("one");
    ams.client.answersLost(true);
    ams.core.moved(world.latch("two", 2, "ams1"));
    world.pass(A_LITTLE);
    ams.client.answersLost(false);
    world.pass(A_WHILE);

    assertThat(world.stored()).isEqualTo("two/2 by ams1");
    assertThat(ams.count(Counter.CLUSTER_RACES_LOST)).isZero();
    assertThat(ams.latchesTold()).containsExactly("two/2 by ams1");
  }

  @Test
  void shouldNotCallItARaceThatItBeganWithoutKnowingTheLatch() {
    agreedOn("one");
    fra.core.moved(world.latch("two", 2, "fra1"));
    SteppedMember nyc = world.join("nyc1");
    nyc.core.moved(world.latch("one", 1, "nyc1"));
    world.pass(A_WHILE);

    assertThat(nyc.count(Counter.CLUSTER_RACES_LOST)).isZero();
    assertThat(nyc.core.state().waiting()).isZero();
  }

  @Test
  void shouldAgreeToAFailbackWhoseAnswerWasLost() {
    agreedOn("two");
    ams.client.answersLost(true);
    var answer = ams.failBack(world.latch("one", 2, "ams1"));
    world.pass(Duration.ofSeconds(3));
    ams.client.answersLost(false);
    world.pass(A_WHILE);

    assertThat(answer).isCompleted();
    assertThat(world.stored()).isEqualTo("one/2 by ams1");
  }

  @Test
  void shouldSayThatNobodyKnowsWhetherAFailbackWasAgreedTo() {
    agreedOn("two");
    ams.client.answersLost(true);
    ams.client.watchesSilent(true);
    var answer = ams.failBack(world.latch("one", 2, "ams1"));
    world.pass(Duration.ofSeconds(12));

    assertThat(answer)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(OutcomeUnknown.class);
  }

  @Test
  void shouldRefuseAFailbackThatTheStoreNeverSaw() {
    agreedOn("two");
    ams.client.unreachable(true);
    var answer = ams.failBack(world.latch("one", 2, "ams1"));
    world.pass(Duration.ofSeconds(12));

    assertThat(answer)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(NotAgreed.class);
    assertThat(world.stored()).isEqualTo("two/1 by fra1");
  }

  @Test
  void shouldNotMoveALatchFromANodeThatOnlyProbes() {
    agreedOn("one");
    SteppedMember probe = world.join("lon1", Role.PROBE);
    probe.core.moved(world.latch("two", 2, "lon1"));
    world.pass(A_WHILE);

    assertThat(world.stored()).isEqualTo("one/1 by fra1");
  }

  /// Both know the latch, and have forgotten that they were told.
  private void agreedOn(String pool) {
    fra.core.moved(world.latch(pool, 1, "fra1"));
    world.pass(A_LITTLE);
    assertThat(world.stored()).isEqualTo(pool + "/1 by fra1");
    assertThat(ams.latchesTold()).contains(pool + "/1 by fra1");
    assertThat(fra.latchesTold()).contains(pool + "/1 by fra1");
  }
}
