package detour.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Health;
import detour.server.cluster.store.Change;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.Listing;
import detour.server.cluster.store.SharedStore;
import detour.server.cluster.store.StoreFailure;
import detour.server.cluster.store.Write;
import detour.server.publish.Journal.SavedOpinion;
import detour.server.publish.TargetKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// How a vantage tells what it thinks.
class OwnOpinionsTest {
  private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");
  private static final long SECOND = 1_000_000_000L;
  private static final Membership SETTINGS =
      new Membership(
          "default",
          "ams1",
          "eu",
          Membership.Role.BOTH,
          SteppedMembers.LEASE,
          SteppedMembers.STALE_AFTER);

  private final OwnOpinions opinions = new OwnOpinions(SETTINGS, SteppedMembers.KEYS);
  private long revision = 10;
  private long nowNanos = SECOND;

  @Test
  void shouldTellNothingBeforeItIsKnownWhatTheStoreHolds() {
    opinions.turned(down("a"));
    assertThat(opinions.next(nowNanos)).isNull();
    assertThat(opinions.told()).isFalse();
  }

  @Test
  void shouldTellEachTransitionOnce() {
    begin();
    opinions.turned(down("a"));
    commit(next());

    assertThat(opinions.told()).isTrue();
    opinions.turned(down("a"));
    assertThat(opinions.next(nowNanos += SECOND)).isNull();
    assertThat(opinions.count()).isEqualTo(1);
  }

  @Test
  void shouldNotTellWhatTurnedBackMeanwhile() {
    begin();
    opinions.turned(up("a"));
    commit(next());
    opinions.turned(down("a"));
    opinions.turned(up("a"));

    assertThat(opinions.next(nowNanos += SECOND)).isNull();
  }

  @Test
  void shouldTellAMassFailureInBoundedBatches() {
    begin();
    List<SavedOpinion> all = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      all.add(down("target " + i));
    }
    opinions.all(all);
    int transactions = 0;
    int writes = 0;
    for (long end = nowNanos + SECOND; nowNanos < end; nowNanos += 1_000_000) {
      Transaction next = opinions.next(nowNanos);
      if (next != null) {
        assertThat(next.writes()).hasSizeLessThanOrEqualTo(SharedStore.OPERATIONS_MAX);
        transactions++;
        writes += next.writes().size();
        commit(next);
      }
    }

    assertThat(writes).isEqualTo(1_000);
    assertThat(transactions).isBetween(10, 20);
    assertThat(opinions.told()).isTrue();
  }

  @Test
  void shouldTellNoMoreThanTwentyTimesInASecond() {
    begin();
    int transactions = 0;
    for (long end = nowNanos + SECOND; nowNanos < end; nowNanos += 1_000_000) {
      opinions.turned(transactions % 2 == 0 ? down("a") : up("a"));
      Transaction next = opinions.next(nowNanos);
      if (next != null) {
        transactions++;
        commit(next);
      }
    }

    assertThat(transactions).isBetween(15, 20);
  }

  @Test
  void shouldHaveToldWhatItThoughtThoughSomethingElseAlwaysTurns() {
    begin();
    opinions.turned(down("a"));
    opinions.owe();
    Transaction first = next();
    opinions.turned(down("b"));
    assertThat(opinions.told()).isFalse();
    commit(first);

    assertThat(opinions.told()).isTrue();
    assertThat(next().writes()).extracting(Write::key).containsExactly(keyOf("b"));
  }

  @Test
  void shouldOweWhatIsOnItsWayUntilItArrived() {
    begin();
    opinions.turned(down("a"));
    Transaction lost = next();
    opinions.owe();
    lost.outcome().failed(new StoreFailure(StoreFailure.Reason.UNREACHABLE, true, "a test"));
    assertThat(opinions.told()).isFalse();
    commit(next());

    assertThat(opinions.told()).isTrue();
  }

  @Test
  void shouldRemoveWhatItThinksNothingOfAnyMore() {
    begin();
    opinions.turned(down("a"));
    commit(next());
    opinions.all(List.of());
    Transaction removal = next();
    commit(removal);

    assertThat(removal.writes()).singleElement().isInstanceOf(Write.Remove.class);
    assertThat(opinions.count()).isZero();
    assertThat(opinions.digest()).isZero();
  }

  @Test
  void shouldTellAnewWhatSomebodyElseChanged() {
    begin();
    opinions.turned(down("a"));
    Transaction told = next();
    commit(told);
    opinions.changed(
        TargetKey.shared("a"), new Change.Removed(told.writes().getFirst().key(), ++revision));

    assertThat(opinions.told()).isFalse();
    assertThat(next().writes()).hasSize(1);
  }

  @Test
  void shouldTakeNoEchoOfItsOwnForSomebodyElses() {
    begin();
    opinions.turned(down("a"));
    Transaction first = next();
    commit(first);
    long firstAt = revision;
    opinions.turned(up("a"));
    commit(next());
    opinions.changed(TargetKey.shared("a"), echo(first, firstAt));

    assertThat(opinions.told()).isTrue();
  }

  @Test
  void shouldHeedTheEchoOfAWriteWhoseAnswerWasLostWhateverItToldSince() {
    begin();
    opinions.turned(up("a"));
    commit(next());
    opinions.turned(down("a"));
    Transaction lost = next();
    long lostAt = ++revision;
    opinions.turned(up("a"));
    opinions.turned(down("b"));
    lost.outcome().failed(new StoreFailure(StoreFailure.Reason.UNREACHABLE, false, "a test"));
    // By mistake it was called undone: what the watch says is right.
    commit(next());
    opinions.changed(TargetKey.shared("a"), echo(lost, lostAt));

    assertThat(opinions.told()).isFalse();
    assertThat(next().writes()).singleElement().extracting(Write::key).isEqualTo(keyOf("a"));
  }

  @Test
  void shouldSendAgainWhatNobodyKnowsTheFateOf() {
    begin();
    opinions.turned(down("a"));
    next().outcome().failed(new StoreFailure(StoreFailure.Reason.UNREACHABLE, true, "a test"));
    opinions.all(List.of());

    assertThat(next().writes()).singleElement().isInstanceOf(Write.Remove.class);
  }

  @Test
  void shouldAnswerHowLongItIsStuckWithoutBeingAskedBefore() {
    begin();
    opinions.noteWaiting(nowNanos);
    opinions.turned(down("a"));
    nowNanos += 7 * SECOND;
    assertThat(opinions.stuckNanos(nowNanos)).isEqualTo(7 * SECOND);
    assertThat(opinions.stuckNanos(nowNanos)).isEqualTo(7 * SECOND);

    commit(next());
    assertThat(opinions.stuckNanos(nowNanos + SECOND)).isZero();
  }

  @Test
  void shouldNotBeStuckByBeingAskedLateWhileNothingWaits() {
    begin();
    opinions.noteWaiting(nowNanos);
    assertThat(opinions.stuckNanos(nowNanos + 100 * SECOND)).isZero();
  }

  private void begin() {
    opinions.listed(new Listing(revision, List.of()));
  }

  private Transaction next() {
    nowNanos += SECOND;
    return Objects.requireNonNull(opinions.next(nowNanos));
  }

  private void commit(@Nullable Transaction transaction) {
    Objects.requireNonNull(transaction).outcome().committed(++revision);
  }

  private static Change echo(Transaction told, long at) {
    Write.Put put = (Write.Put) told.writes().getFirst();
    return new Change.Put(new Entry(put.key(), put.value(), at, at, 0));
  }

  private static String keyOf(String target) {
    return SteppedMembers.KEYS.opinion("ams1", TargetKey.shared(target));
  }

  private static SavedOpinion down(String target) {
    return new SavedOpinion(target, Health.DOWN, NOON);
  }

  private static SavedOpinion up(String target) {
    return new SavedOpinion(target, Health.UP, NOON);
  }
}
