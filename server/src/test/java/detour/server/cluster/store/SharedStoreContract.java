package detour.server.cluster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.server.cluster.store.StoreFailure.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What every [SharedStore] does, whatever is behind it. Each test has a prefix of its own.
abstract class SharedStoreContract {
  private static int tests;

  final String prefix = "/contract/" + tests++ + "/";

  abstract SharedStore store();

  /// Another client of the same store.
  abstract SharedStore secondStore();

  /// Lets time pass until it is so; fails when that takes unreasonably long.
  abstract void until(BooleanSupplier holds);

  /// Makes the store forget all revisions but the present one.
  abstract void compact();

  <T> T get(CompletableFuture<T> future) {
    until(future::isDone);
    return future.join();
  }

  StoreFailure failureOf(CompletableFuture<?> future) {
    until(future::isDone);
    try {
      Object unexpected = future.join();
      throw new AssertionError("no failure: " + unexpected);
    } catch (CompletionException e) {
      return StoreFailure.of(e);
    }
  }

  static Write.Put put(String key, String value) {
    return new Write.Put(key, value.getBytes(StandardCharsets.UTF_8));
  }

  static Write.Put put(String key, String value, Lease lease) {
    return new Write.Put(key, value.getBytes(StandardCharsets.UTF_8), lease.id());
  }

  long commit(Write... writes) {
    return ((Commit.Committed) get(store().commit(List.of(), List.of(writes)))).revision();
  }

  /// Keeps what a watch tells.
  static final class Told implements WatchListener {
    private final List<List<Change>> calls = new ArrayList<>();
    private final List<StoreFailure> ends = new ArrayList<>();

    @Override
    public synchronized void changed(List<Change> changes) {
      calls.add(changes);
    }

    @Override
    public synchronized void ended(StoreFailure why) {
      ends.add(why);
    }

    synchronized List<Change> changes() {
      return calls.stream().flatMap(List::stream).toList();
    }

    synchronized List<List<Change>> calls() {
      return List.copyOf(calls);
    }

    synchronized List<StoreFailure> ends() {
      return List.copyOf(ends);
    }

    List<String> lines() {
      return changes().stream()
          .map(change ->
              switch (change) {
                case Change.Put put -> put.key() + "=" + put.entry().text();
                case Change.Removed removed -> removed.key() + " removed";
              })
          .toList();
    }
  }

  @Test
  void shouldListNothingWhereNothingIs() {
    Listing listing = get(store().list(prefix));

    assertThat(listing.entries()).isEmpty();
    assertThat(listing.revision()).isPositive();
  }

  @Test
  void shouldListWhatWasWrittenInTheOrderOfKeys() {
    long first = commit(put(prefix + "b", "2"), put(prefix + "a", "1"));
    long second = commit(put(prefix + "b", "3"));

    Listing listing = get(store().list(prefix));

    assertThat(listing.revision()).isGreaterThanOrEqualTo(second);
    assertThat(listing.entries())
        .containsExactly(
            new Entry(prefix + "a", new byte[] {'1'}, first, first, 0),
            new Entry(prefix + "b", new byte[] {'3'}, second, first, 0));
  }

  @Test
  void shouldListOnlyWhatBeginsWithThePrefix() {
    commit(put(prefix + "x/1", "in"), put(prefix + "x", "before"), put(prefix + "y", "after"));

    assertThat(get(store().list(prefix + "x/")).entries())
        .extracting(Entry::key)
        .containsExactly(prefix + "x/1");
  }

  @Test
  void shouldListMoreThanAnEngineGivesAtOnce() {
    int count = 2345;
    List<CompletableFuture<Commit>> commits = new ArrayList<>();
    for (int from = 0; from < count; from += SharedStore.OPERATIONS_MAX) {
      commits.add(
          store()
              .commit(
                  List.of(),
                  IntStream.range(from, Math.min(count, from + SharedStore.OPERATIONS_MAX))
                      .mapToObj(i -> (Write) put(prefix + "%05d".formatted(i), "value " + i))
                      .toList()));
    }
    commits.forEach(this::get);

    Listing listing = get(store().list(prefix));

    assertThat(listing.entries())
        .hasSize(count)
        .allMatch(entry -> entry.text().equals("value " + Integer.parseInt(last(entry))));
    assertThat(listing.entries()).extracting(Entry::key).isSorted();
  }

  private String last(Entry entry) {
    return entry.key().substring(prefix.length());
  }

  @Test
  void shouldKeepAnyOctetsAndAnyName() {
    byte[] octets = new byte[256];
    for (int i = 0; i < octets.length; i++) {
      octets[i] = (byte) i;
    }
    String name = prefix + "naïve/ключ/鍵\"\\ \n";
    commit(new Write.Put(name, octets), put(prefix + "empty", ""));

    Listing read = get(store().read(List.of(name, prefix + "empty")));

    assertThat(read.entry(name).orElseThrow().value()).isEqualTo(octets);
    assertThat(read.entry(prefix + "empty").orElseThrow().value()).isEmpty();
  }

  @Test
  void shouldReadTheKeysThatExist() {
    long revision = commit(put(prefix + "a", "1"), put(prefix + "b", "2"), put(prefix + "c", "3"));

    Listing read = get(store().read(List.of(prefix + "a", prefix + "none", prefix + "c")));

    assertThat(read.entries()).extracting(Entry::text).containsExactlyInAnyOrder("1", "3");
    assertThat(read.entry(prefix + "none")).isEmpty();
    assertThat(read.revision()).isGreaterThanOrEqualTo(revision);
  }

  @Test
  void shouldSeeAtOnceWhatAnotherClientWrote() {
    get(secondStore().commit(List.of(), List.of(put(prefix + "a", "theirs"))));

    assertThat(get(store().read(List.of(prefix + "a"))).entries())
        .extracting(Entry::text)
        .containsExactly("theirs");
  }

  @Test
  void shouldRemove() {
    commit(put(prefix + "a", "1"), put(prefix + "b", "2"));
    commit(new Write.Remove(prefix + "a"), new Write.Remove(prefix + "never there"));

    assertThat(get(store().list(prefix)).entries())
        .extracting(Entry::key)
        .containsExactly(prefix + "b");
  }

  @Test
  void shouldWriteWhenAllConditionsHold() {
    long revision = commit(put(prefix + "a", "1"), put(prefix + "p", ""));

    Commit commit =
        get(
            store()
                .commit(
                    List.of(
                        new Condition.Unchanged(prefix + "a", revision),
                        new Condition.Absent(prefix + "b"),
                        new Condition.Present(prefix + "p")),
                    List.of(put(prefix + "a", "2"), put(prefix + "b", "3"))));

    long made = ((Commit.Committed) commit).revision();
    assertThat(made).isGreaterThan(revision);
    assertThat(get(store().read(List.of(prefix + "a", prefix + "b"))).entries())
        .extracting(Entry::modRevision)
        .containsExactly(made, made);
  }

  @Test
  void shouldWriteNothingWhenOneConditionFailsAndSayWhatIsThere() {
    long revision = commit(put(prefix + "a", "1"));
    long later = commit(put(prefix + "a", "2"));

    Commit commit =
        get(
            store()
                .commit(
                    List.of(
                        new Condition.Unchanged(prefix + "a", revision),
                        new Condition.Absent(prefix + "b")),
                    List.of(put(prefix + "a", "3"), put(prefix + "c", "3"))));

    Listing present = ((Commit.Refused) commit).present();
    assertThat(present.entries())
        .containsExactly(new Entry(prefix + "a", new byte[] {'2'}, later, revision, 0));
    assertThat(get(store().list(prefix)).entries()).isEqualTo(present.entries());
  }

  @Test
  void shouldRefuseWhatIsToBeAbsentOrPresentAndIsNot() {
    commit(put(prefix + "a", "1"));

    assertThat(
            get(
                store()
                    .commit(
                        List.of(new Condition.Absent(prefix + "a")),
                        List.of(put(prefix + "a", "2")))))
        .isInstanceOf(Commit.Refused.class);
    assertThat(
            get(
                store()
                    .commit(
                        List.of(new Condition.Present(prefix + "b")),
                        List.of(put(prefix + "b", "2")))))
        .isInstanceOf(Commit.Refused.class);
  }

  @Test
  void shouldLetOneOfManyWin() {
    List<CompletableFuture<Commit>> rivals =
        IntStream.range(0, 20)
            .mapToObj(i ->
                (i % 2 == 0 ? store() : secondStore())
                    .commit(
                        List.of(new Condition.Absent(prefix + "latch")),
                        List.of(put(prefix + "latch", "by " + i))))
            .toList();

    List<Integer> winners =
        IntStream.range(0, rivals.size())
            .filter(i -> get(rivals.get(i)) instanceof Commit.Committed)
            .boxed()
            .toList();

    assertThat(winners).hasSize(1);
    assertThat(get(store().read(List.of(prefix + "latch"))).entries())
        .extracting(Entry::text)
        .containsExactly("by " + winners.getFirst());
  }

  @Test
  void shouldTellAWatchOfThePastAndThenOfThePresent() {
    long first = commit(put(prefix + "a", "1"));
    commit(put(prefix + "a", "2"));
    Told told = new Told();

    Watch watch = store().watch(prefix, first, told);
    until(() -> told.lines().size() == 2);
    commit(put(prefix + "b", "3"));
    commit(new Write.Remove(prefix + "a"));
    until(() -> told.lines().size() == 4);

    assertThat(told.lines())
        .containsExactly(prefix + "a=1", prefix + "a=2", prefix + "b=3", prefix + "a removed");
    assertThat(told.changes()).extracting(Change::revision).isSorted();
    watch.close();
  }

  @Test
  void shouldTellAWatchNothingFromBeforeItsRevisionNorFromOutsideItsPrefix() {
    long first = commit(put(prefix + "in/a", "1"));
    Told told = new Told();

    Watch watch = store().watch(prefix + "in/", first + 1, told);
    commit(put(prefix + "out", "2"));
    commit(put(prefix + "in/a", "3"));
    until(() -> !told.lines().isEmpty());

    assertThat(told.lines()).containsExactly(prefix + "in/a=3");
    watch.close();
  }

  @Test
  void shouldTellAWatchOfATransactionAsAWhole() {
    Told told = new Told();
    Watch watch = store().watch(prefix, get(store().list(prefix)).revision() + 1, told);

    for (int i = 0; i < 20; i++) {
      commit(put(prefix + "a", "" + i), put(prefix + "b", "" + i), put(prefix + "c", "" + i));
    }
    until(() -> told.changes().size() == 60);

    assertThat(told.calls())
        .allSatisfy(call -> {
          assertThat(call.size() % 3).isZero();
          assertThat(call.getFirst().key()).isEqualTo(prefix + "a");
        });
    watch.close();
  }

  @Test
  void shouldSayThatARevisionIsForgotten() {
    long first = commit(put(prefix + "a", "1"));
    commit(put(prefix + "a", "2"));
    commit(put(prefix + "a", "3"));
    compact();
    Told told = new Told();

    store().watch(prefix, first, told);
    until(() -> !told.ends().isEmpty());

    assertThat(told.ends()).extracting(StoreFailure::reason).containsExactly(Reason.COMPACTED);
    assertThat(told.changes()).isEmpty();
  }

  @Test
  void shouldTellAClosedWatchNothing() {
    Told closed = new Told();
    Told open = new Told();
    long next = get(store().list(prefix)).revision() + 1;
    Watch first = store().watch(prefix, next, closed);
    Watch second = store().watch(prefix, next, open);
    commit(put(prefix + "a", "1"));
    until(() -> closed.lines().size() == 1 && open.lines().size() == 1);

    first.close();
    commit(put(prefix + "a", "2"));
    until(() -> open.lines().size() == 2);

    assertThat(closed.lines()).hasSize(1);
    assertThat(closed.ends()).isEmpty();
    second.close();
  }

  @Test
  void shouldRemoveWhatIsBoundToALeaseThatIsNotKeptAlive() {
    Lease lease = get(store().grant(Duration.ofSeconds(2)));
    commit(put(prefix + "bound", "1", lease), put(prefix + "free", "2"));
    assertThat(get(store().read(List.of(prefix + "bound"))).entries())
        .extracting(Entry::leaseId)
        .containsExactly(lease.id());
    Told told = new Told();
    Watch watch = store().watch(prefix, get(store().list(prefix)).revision() + 1, told);

    until(() -> !told.lines().isEmpty());

    assertThat(told.lines()).containsExactly(prefix + "bound removed");
    assertThat(get(store().keepAlive(lease.id()))).isFalse();
    assertThat(get(store().list(prefix)).entries()).extracting(Entry::text).containsExactly("2");
    watch.close();
  }

  @Test
  void shouldRemoveWhatIsBoundToALeaseThatIsRevoked() {
    Lease lease = get(store().grant(Duration.ofSeconds(60)));
    commit(put(prefix + "a", "1", lease), put(prefix + "b", "2", lease));
    commit(put(prefix + "b", "3"));
    assertThat(get(store().keepAlive(lease.id()))).isTrue();

    get(store().revoke(lease.id()));

    assertThat(get(store().list(prefix)).entries()).extracting(Entry::text).containsExactly("3");
    get(store().revoke(lease.id()));
  }

  @Test
  void shouldNotBindToALeaseThatIsGone() {
    Lease lease = get(store().grant(Duration.ofSeconds(60)));
    get(store().revoke(lease.id()));

    StoreFailure failure =
        failureOf(store().commit(List.of(), List.of(put(prefix + "a", "1", lease))));

    assertThat(failure.reason()).isEqualTo(Reason.LEASE_GONE);
    assertThat(failure.outcomeUnknown()).isFalse();
    assertThat(get(store().list(prefix)).entries()).isEmpty();
  }

  @Test
  void shouldRefuseArgumentsThatNoStoreTakes() {
    List<Write> tooMany =
        IntStream.rangeClosed(0, SharedStore.OPERATIONS_MAX)
            .mapToObj(i -> (Write) put(prefix + i, ""))
            .toList();
    List<Write> twice = List.of(put(prefix + "a", "1"), new Write.Remove(prefix + "a"));
    byte[] large = new byte[2_000_000];

    assertThatThrownBy(() -> store().list("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store().read(List.of())).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store().commit(List.of(), tooMany))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store().commit(List.of(), twice))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store().commit(List.of(), List.of(new Write.Put(prefix + "a", large))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store().grant(Duration.ofMillis(999)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldFailWhateverIsAskedAfterItsEnd() {
    SharedStore closed = secondStore();
    Told told = new Told();
    closed.watch(prefix, 1_000_000, told);
    closed.close();

    assertThat(failureOf(closed.list(prefix)).reason()).isEqualTo(Reason.CLOSED);
    assertThat(told.ends()).isEmpty();
  }
}
