package detour.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Health;
import detour.server.cluster.store.Entry;
import detour.server.publish.Journal.SavedOpinion;
import detour.server.publish.TargetKey;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// When a node is present to the others.
class SessionTest {
  private static final Duration A_LITTLE = Duration.ofSeconds(1);
  private static final Duration A_LEASE = SteppedMembers.LEASE.plusSeconds(1);

  private final SteppedMembers world = new SteppedMembers();
  private final SteppedMember ams = world.join("ams1");

  @Test
  void shouldBePresentAsLongAsItRuns() {
    assertThat(presence()).isTrue();
    world.pass(Duration.ofMinutes(2));
    assertThat(presence()).isTrue();
  }

  @Test
  void shouldBeAbsentOnceItsLeaseRanOutAndPresentAgainWhenItReturns() {
    ams.client.unreachable(true);
    world.pass(A_LEASE);
    assertThat(presence()).isFalse();

    ams.client.unreachable(false);
    world.pass(A_LEASE);
    assertThat(presence()).isTrue();
  }

  @Test
  void shouldBePresentAgainOnlyWhenTheOthersKnowWhatItThinks() {
    ams.client.unreachable(true);
    world.pass(A_LEASE);
    ams.core.opinion(new SavedOpinion("a", Health.DOWN, world.now()));
    ams.client.unreachable(false);
    while (!presence()) {
      world.pass(Duration.ofMillis(20));
    }

    assertThat(world.store.entry(SteppedMembers.KEYS.opinion("ams1", opinionKey("a")))).isNotNull();
  }

  @Test
  void shouldBePresentAgainThoughSomeOpinionOrOtherAlwaysTurns() {
    ams.client.unreachable(true);
    world.pass(A_LEASE);
    ams.client.unreachable(false);
    for (int i = 0; i < 500 && !presence(); i++) {
      ams.core.opinion(new SavedOpinion("target " + i, Health.DOWN, world.now()));
      world.pass(Duration.ofMillis(20));
    }

    assertThat(presence()).isTrue();
  }

  @Test
  void shouldTellEverythingAnewBeforeItsNextHeartbeatWhenTheStoreWentBack() {
    long restored = world.store.revision();
    for (int i = 0; i < 500; i++) {
      ams.core.opinion(new SavedOpinion("target " + i, Health.DOWN, world.now()));
    }
    world.pass(A_LEASE);
    Heartbeat before = said();
    world.store.replaceWithoutLast((int) (world.store.revision() - restored));
    for (int i = 0; i < 300; i++) {
      // Each is to be told at once, and with it a digest of what the node has told.
      ams.core.impaired(true, "finding " + i);
      world.pass(Duration.ofMillis(20));
      if (presence() && said().sequence() > before.sequence()) {
        assertThat(said().digest()).isEqualTo(before.digest());
      }
    }

    assertThat(said().finding()).isEqualTo("finding 299");
    assertThat(world.store.entry(SteppedMembers.KEYS.opinion("ams1", opinionKey("target 499"))))
        .isNotNull();
  }

  @Test
  void shouldSayAtOnceThatItIsThereWhenItsRecordWasRemoved() {
    world.removeByHand(SteppedMembers.KEYS.presence("ams1"));
    world.pass(A_LITTLE);

    assertThat(presence()).isTrue();
  }

  @Test
  void shouldSayAtOnceThatItIsImpaired() {
    ams.core.impaired(true, "its canaries fail");
    world.pass(A_LITTLE);

    assertThat(said().finding()).isEqualTo("its canaries fail");
    assertThat(said().impaired()).isTrue();
  }

  @Test
  void shouldNameANodeOfTheSameName() {
    SteppedMember other = world.join("ams1");
    world.pass(A_LEASE);

    assertThat(other.core.state().alarms().toString() + ams.core.state().alarms())
        .contains("another node is called ams1 too");
  }

  private static String opinionKey(String target) {
    return TargetKey.shared(target);
  }

  private boolean presence() {
    return world.store.entry(SteppedMembers.KEYS.presence("ams1")) != null;
  }

  private Heartbeat said() {
    Entry entry = Objects.requireNonNull(world.store.entry(SteppedMembers.KEYS.presence("ams1")));
    return Records.heartbeat(entry.value()).orElseThrow();
  }
}
