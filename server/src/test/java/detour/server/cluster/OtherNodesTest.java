package detour.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Health;
import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import detour.server.cluster.store.Change;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.Listing;
import detour.server.publish.Agreed;
import detour.server.publish.Command;
import detour.server.publish.Inbox;
import detour.server.publish.Peers;
import detour.server.publish.Time;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// What is known of another node when the store goes back to what it held long ago.
class OtherNodesTest {
  private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");
  private static final String FRA = "fra1";

  private final Map<String, Health> told = new TreeMap<>();
  private final OtherNodes others =
      new OtherNodes(
          "ams1", SteppedMembers.KEYS, new Told(), new Time(() -> 0, () -> NOON.plusSeconds(100)));

  @Test
  void shouldKeepWhatItHeardOfANodeLaterThanTheStoreKnows() {
    others.listed(stored(heartbeat(NOON, 7), Health.UP), false);
    others.changed(
        List.of(opinion(Health.DOWN), beat(NOON.plusSeconds(2), 8, Health.DOWN)),
        false,
        OtherNodesTest::held);
    others.listed(stored(heartbeat(NOON, 7), Health.UP), true);

    assertThat(told).containsExactly(Map.entry("target", Health.DOWN));
  }

  @Test
  void shouldHearTheNodeAgainThatTellsTheRestoredStoreAnew() {
    others.listed(stored(heartbeat(NOON.plusSeconds(2), 8), Health.DOWN), false);
    others.listed(stored(heartbeat(NOON, 7), Health.UP), true);
    others.changed(List.of(opinion(Health.UP)), false, OtherNodesTest::held);

    assertThat(told).containsExactly(Map.entry("target", Health.UP));
  }

  @Test
  void shouldTakeTheStoresWordOnceAHeartbeatSpeaksOfWhatItHolds() {
    others.listed(stored(heartbeat(NOON.plusSeconds(2), 8), Health.DOWN), false);
    others.listed(stored(heartbeat(NOON, 7), Health.UP), true);
    others.changed(List.of(beat(NOON.plusSeconds(4), 9, Health.DOWN)), false, OtherNodesTest::held);
    assertThat(told).containsExactly(Map.entry("target", Health.DOWN));
    others.changed(List.of(beat(NOON.plusSeconds(6), 10, Health.UP)), false, OtherNodesTest::held);

    assertThat(told).containsExactly(Map.entry("target", Health.UP));
  }

  @Test
  void shouldTakeTheStoresWordForANodeThatWroteToItSince() {
    others.listed(stored(heartbeat(NOON.plusSeconds(2), 8), Health.DOWN), false);
    others.listed(stored(heartbeat(NOON.plusSeconds(4), 9, Health.UP), Health.UP), true);

    assertThat(told).containsExactly(Map.entry("target", Health.UP));
  }

  @Test
  void shouldKeepWhatItHeardOfANodeWhoseHeartbeatTellsOtherOpinionsThanTheStoreHolds() {
    others.listed(stored(heartbeat(NOON.plusSeconds(2), 8), Health.DOWN), false);
    Heartbeat unaware = heartbeat(NOON.plusSeconds(4), 9, Health.DOWN);
    others.listed(stored(unaware, Health.UP), true);

    assertThat(told).containsExactly(Map.entry("target", Health.DOWN));
  }

  @Test
  void shouldTakeTheStoresWordWhereItWasOnlyListedAnew() {
    others.listed(stored(heartbeat(NOON.plusSeconds(2), 8), Health.DOWN), false);
    others.listed(stored(heartbeat(NOON.plusSeconds(2), 8), Health.UP), false);

    assertThat(told).containsExactly(Map.entry("target", Health.UP));
  }

  @Test
  void shouldNotBringBackANodeThatLeftAfterTheBackupWasMade() {
    others.listed(stored(heartbeat(NOON, 7), Health.UP), false);
    others.changed(
        List.of(new Change.Removed(SteppedMembers.KEYS.presence(FRA), 20)),
        false,
        OtherNodesTest::held);
    others.listed(stored(heartbeat(NOON, 7), Health.UP), true);

    assertThat(others.present()).isZero();
  }

  private static Listing stored(Heartbeat heartbeat, Health health) {
    return new Listing(
        10,
        List.of(
            stored(health),
            entry(SteppedMembers.KEYS.presence(FRA), Records.heartbeat(heartbeat))));
  }

  /// What the store holds of the other node's opinions.
  private static List<Entry> held(String keysBeginWith) {
    Entry entry = stored(Health.UP);
    return entry.key().startsWith(keysBeginWith) ? List.of(entry) : List.of();
  }

  private static Entry stored(Health health) {
    return entry(SteppedMembers.KEYS.opinion(FRA, "target"), Records.opinion(health, NOON));
  }

  private static Change opinion(Health health) {
    return new Change.Put(stored(health));
  }

  private static Change beat(Instant clock, long sequence, Health told) {
    byte[] value = Records.heartbeat(heartbeat(clock, sequence, told));
    return new Change.Put(entry(SteppedMembers.KEYS.presence(FRA), value));
  }

  private static Entry entry(String key, byte[] value) {
    return new Entry(key, value, 10, 10, 0);
  }

  private static Heartbeat heartbeat(Instant clock, long sequence) {
    return heartbeat(clock, sequence, Health.UP);
  }

  private static Heartbeat heartbeat(Instant clock, long sequence, Health told) {
    long digest = OwnOpinions.digestOf("target", told);
    return new Heartbeat(
        "eu",
        "both",
        "1.0",
        1,
        "instance",
        sequence,
        clock,
        false,
        "",
        1,
        digest,
        0,
        0,
        0,
        0,
        "",
        null);
  }

  /// Keeps what the publish thread would know of the other node's opinions.
  private final class Told implements Inbox {
    @Override
    public void peers(Peers.Change change) {
      if (change instanceof Peers.Change.Opinions opinions) {
        if (opinions.whole()) {
          told.clear();
        }
        opinions.opinions().forEach((target, opinion) -> told.put(target, opinion.health()));
      }
    }

    @Override
    public void agreed(Agreed agreed) {
      throw new IllegalStateException("nothing is agreed on here");
    }

    @Override
    public void observed(ProbeTarget target, Observation observation) {
      throw new IllegalStateException("nobody probes here");
    }

    @Override
    public void resolved(String hostName, List<InetAddress> addresses) {
      throw new IllegalStateException("nobody resolves here");
    }

    @Override
    public CompletableFuture<Void> command(Command command) {
      throw new IllegalStateException("nobody commands here");
    }
  }
}
