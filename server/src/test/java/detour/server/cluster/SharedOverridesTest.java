package detour.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import detour.failover.model.OperatorOverride;
import detour.server.publish.Cluster.NotAgreed;
import detour.server.publish.Cluster.OutcomeUnknown;
import detour.server.publish.Cluster.Overtaken;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How overrides are set and cleared in the store by operators at several nodes.
class SharedOverridesTest {
  private static final Duration A_LITTLE = Duration.ofMillis(500);
  private static final Duration A_WHILE = Duration.ofSeconds(12);
  private static final String PATH = "www.example.com/one";

  private final SteppedMembers world = new SteppedMembers();
  private final SteppedMember ams = world.join("ams1");
  private final SteppedMember fra = world.join("fra1");

  @Test
  void shouldTellEveryoneWhatWasSetAndCleared() {
    var set = ams.override(PATH, world.drain("new disks"));
    world.pass(A_LITTLE);
    assertThat(set).isCompleted();
    assertThat(ams.overrideTold(PATH)).isEqualTo(world.drainAt(fra, PATH));

    var cleared = fra.override(PATH, null);
    world.pass(A_LITTLE);
    assertThat(cleared).isCompleted();
    assertThat(ams.overrideTold(PATH)).isNull();
  }

  @Test
  void shouldTellTheOneOfTwoOperatorsWhoCameTooLate() {
    ams.client.slow(Duration.ofMillis(100));
    var late = ams.override(PATH, world.drain("new disks"));
    var first = fra.override(PATH, world.drain("new memory"));
    world.pass(A_WHILE);

    assertThat(first).isCompleted();
    assertThat(late)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(NotAgreed.class)
        .withMessageContaining("somebody else changed");
    assertThat(world.drainAt(ams, PATH).reason()).isEqualTo("new memory");
  }

  @Test
  void shouldTellWhoeverWasJudgedWithoutAChangeOfAnotherPath() {
    String other = SteppedMembers.SERVICE + "/fra";
    var first = fra.override(other, world.drain("new memory"), fra.heardRevision());
    var late = ams.override(PATH, world.drain("new disks"), ams.heardRevision());
    world.pass(Duration.ofSeconds(1));
    assertThat(List.of(first.isCompletedExceptionally(), late.isCompletedExceptionally()))
        .as("one of them")
        .containsExactlyInAnyOrder(true, false);
    var again = ams.override(PATH, world.drain("new disks"), ams.heardRevision());
    world.pass(Duration.ofSeconds(1));
    assertThat(again).isCompleted();
    var stale = fra.override(other, null, 1);
    world.pass(Duration.ofSeconds(1));
    assertThat(stale)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(Overtaken.class);
  }

  /// An hour is an hour by whatever clock.
  @Test
  void shouldTellUntilWhenItMayBeApprovedByOnesOwnClock() {
    Duration ahead = Duration.ofMinutes(10);
    SteppedMember nyc = world.join("nyc1", Membership.Role.BOTH, ahead);
    world.pass(Duration.ofSeconds(10));
    Instant lapses = world.now().plusSeconds(3_600);
    OperatorOverride asked =
        world
            .drain("new disks")
            .vetted(new OperatorOverride.Vetting(lapses.plus(ahead), null, List.of()));
    var set = nyc.override(PATH, asked);
    world.pass(A_LITTLE);

    assertThat(set).isCompleted();
    assertThat(world.drainAt(nyc, PATH).vetting().lapses()).isEqualTo(lapses.plus(ahead));
    assertThat(world.drainAt(ams, PATH).vetting().lapses())
        .isCloseTo(lapses, within(2, ChronoUnit.SECONDS));
  }

  @Test
  void shouldAcknowledgeWhatWasDoneThoughTheAnswerWasLost() {
    ams.client.answersLost(true);
    var set = ams.override(PATH, world.drain("new disks"));
    world.pass(Duration.ofSeconds(3));
    ams.client.answersLost(false);
    world.pass(A_WHILE);

    assertThat(set).isCompleted();
    assertThat(world.drainAt(fra, PATH).reason()).isEqualTo("new disks");
  }

  @Test
  void shouldAcknowledgeWhatIsFoundDoneWhenItIsTriedAgain() {
    ams.client.answersLost(true);
    ams.client.watchesSilent(true);
    var set = ams.override(PATH, world.drain("new disks"));
    world.pass(Duration.ofSeconds(3));
    ams.client.answersLost(false);
    world.pass(Duration.ofMillis(1_500));

    assertThat(set).isCompleted();
  }

  @Test
  void shouldTellTheOperatorWhoseChangeWasUndoneWhileTheAnswerWasLost() {
    ams.client.answersLost(true);
    ams.client.watchesSilent(true);
    var set = ams.override(PATH, world.drain("new disks"));
    world.pass(A_LITTLE);
    var other = fra.override(PATH, null);
    world.pass(Duration.ofSeconds(3));
    ams.client.answersLost(false);
    world.pass(A_WHILE);

    assertThat(other).isCompleted();
    assertThat(set)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("somebody else changed");
  }

  @Test
  void shouldSayThatNobodyKnowsWhetherItIsInForce() {
    ams.client.answersLost(true);
    ams.client.watchesSilent(true);
    var set = ams.override(PATH, world.drain("new disks"));
    world.pass(A_WHILE);

    assertThat(set)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(OutcomeUnknown.class)
        .withMessageContaining("detour status");

    ams.client.answersLost(false);
    ams.client.watchesSilent(false);
    world.pass(Duration.ofSeconds(30));
    assertThat(world.drainAt(ams, PATH).reason()).isEqualTo("new disks");
  }

  @Test
  void shouldRefuseWhatTheStoreNeverSaw() {
    ams.client.unreachable(true);
    var set = ams.override(PATH, world.drain("new disks"));
    world.pass(A_WHILE);

    assertThat(set)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(NotAgreed.class);
    assertThat(fra.overrideTold(PATH)).isNull();
  }

  @Test
  void shouldTakeWhatWasRemovedByHandForCleared() {
    var set = ams.override(PATH, world.drain("new disks"));
    world.pass(A_LITTLE);
    assertThat(set).isCompleted();
    world.removeByHand(
        SteppedMembers.KEYS.override(detour.failover.model.OverridePath.parse(PATH)));
    world.pass(A_LITTLE);

    assertThat(ams.overrideTold(PATH)).isNull();
    assertThat(fra.overrideTold(PATH)).isNull();
  }
}
