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

    assertThat(world.store.entry(SteppedMembers.KEYS.opinion("ams1", opinionKey()))).isNotNull();
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

  private static String opinionKey() {
    return TargetKey.shared("a");
  }

  private boolean presence() {
    return world.store.entry(SteppedMembers.KEYS.presence("ams1")) != null;
  }

  private Presence said() {
    Entry entry = Objects.requireNonNull(world.store.entry(SteppedMembers.KEYS.presence("ams1")));
    return Records.presence(entry.value()).orElseThrow();
  }
}
