package detour.server.cluster.configuration;

import detour.server.cluster.store.Commit;
import detour.server.cluster.store.Condition;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.Listing;
import detour.server.cluster.store.SharedStore;
import detour.server.cluster.store.StoreFailure;
import detour.server.cluster.store.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The configurations in the store: the current one and those before it. Any thread; every method
/// waits for the store, for a bounded time.
///
/// What is current changes by compare-and-set, in one transaction with the history: of two who
/// change it at once, one is told who was first.
public final class ConfigurationHistory {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigurationHistory.class);

  /// So many revisions are kept.
  public static final int KEPT = 50;

  /// What a text may take in the store: etcd takes no request over 1.5 MB.
  public static final int TEXT_BYTES_MAX = 1_000_000;

  /// So many are removed at once at most, where more are found than are kept.
  private static final int REMOVED_MAX = 20;

  private final SharedStore store;
  private final ConfigurationKeys keys;

  public ConfigurationHistory(SharedStore store, String cluster) {
    this.store = store;
    keys = ConfigurationKeys.of(cluster);
  }

  /// What is in the store at one moment.
  ///
  /// @param current null before the first push
  /// @param revisions by number, the latest first; the current one among them
  /// @param currentChange when `current` was written; 0 where there is none
  public record Seen(@Nullable Revision current, List<Revision> revisions, long currentChange) {
    public Seen {
      revisions = List.copyOf(revisions);
    }

    public Optional<Revision> revision(long number) {
      return revisions.stream().filter(one -> one.number() == number).findFirst();
    }
  }

  /// What became of a push.
  public sealed interface Outcome {
    /// It is the current one.
    record Pushed(Revision revision) implements Outcome {}

    /// Somebody else changed what is current since it was looked at, and nothing was changed.
    ///
    /// @param first what is current instead; null when it was removed
    record Overtaken(@Nullable Revision first) implements Outcome {}

    /// It takes more room than there may be.
    record TooLarge(int bytes) implements Outcome {}
  }

  /// Revisions that cannot be read are left out, but a current one that cannot is told.
  ///
  /// @throws StoreFailure when the store could not be asked
  public Seen look() throws UnreadableConfiguration, InterruptedException {
    Listing all = awaited(store.list(keys.revisions()));
    Entry entry = all.entry(keys.current()).orElse(null);
    Revision current = entry == null ? null : ConfigurationRecords.revision(entry.value());
    List<Revision> revisions = new ArrayList<>();
    for (Entry one : all.entries()) {
      if (one.key().startsWith(keys.history())) {
        try {
          revisions.add(ConfigurationRecords.revision(one.value()));
        } catch (UnreadableConfiguration e) {
          LOG.debug("{} is left out: {}", one.key(), e.getMessage());
        }
      }
    }
    revisions.sort(Comparator.comparingLong(Revision::number).reversed());
    return new Seen(current, revisions, entry == null ? 0 : entry.modRevision());
  }

  /// The text of a revision; empty when the store has it no more.
  ///
  /// @throws UnreadableConfiguration also when it is not the text that the revision was made of
  /// @throws StoreFailure when the store could not be asked
  public Optional<SharedText> text(Revision revision)
      throws UnreadableConfiguration, InterruptedException {
    Listing read = awaited(store.read(List.of(keys.text(revision.number()))));
    if (read.entries().isEmpty()) {
      return Optional.empty();
    }
    SharedText text = ConfigurationRecords.text(read.entries().getFirst().value());
    if (!text.digest().equals(revision.digest())) {
      throw new UnreadableConfiguration(
          "the text in the store is not that of revision " + revision.number());
    }
    return Optional.of(text);
  }

  /// Makes a text the current one.
  ///
  /// @param seen what was current when the author looked
  /// @param above no smaller number than the one after this is given to it: what nodes run already
  ///   may be gone from the store
  /// @throws StoreFailure when the store could not be asked, or nobody knows what became of it
  public Outcome push(
      SharedText text, String author, Instant when, String comment, Seen seen, long above)
      throws UnreadableConfiguration, InterruptedException {
    byte[] value = ConfigurationRecords.text(text);
    if (value.length > TEXT_BYTES_MAX) {
      return new Outcome.TooLarge(value.length);
    }
    long number = 1 + Math.max(above, latest(seen));
    Revision next = new Revision(number, author, when, comment, text.digest(), value.length);
    Commit commit = commit(next, value, seen, true);
    if (commit instanceof Commit.Refused refused && isAsSeen(refused, seen)) {
      // Somebody removed old texts by hand: what is not there cannot be removed.
      commit = commit(next, value, seen, false);
    }
    return switch (commit) {
      case Commit.Committed _ -> new Outcome.Pushed(next);
      case Commit.Refused(var present) -> {
        Entry winner = present.entry(keys.current()).orElse(null);
        yield new Outcome.Overtaken(
            winner == null ? null : ConfigurationRecords.revision(winner.value()));
      }
    };
  }

  private static long latest(Seen seen) {
    long current = seen.current() == null ? 0 : seen.current().number();
    return seen.revisions().stream().mapToLong(Revision::number).reduce(current, Math::max);
  }

  private boolean isAsSeen(Commit.Refused refused, Seen seen) {
    return refused.present().entry(keys.current()).map(Entry::modRevision).orElse(0L)
        == seen.currentChange();
  }

  /// Every key that is written has a condition, so that the store can try it again when an answer
  /// is lost.
  ///
  /// @param clearing whether the oldest are removed
  private Commit commit(Revision next, byte[] text, Seen seen, boolean clearing)
      throws InterruptedException {
    byte[] revision = ConfigurationRecords.revision(next);
    List<Condition> conditions = new ArrayList<>();
    conditions.add(
        seen.currentChange() == 0
            ? new Condition.Absent(keys.current())
            : new Condition.Unchanged(keys.current(), seen.currentChange()));
    conditions.add(new Condition.Absent(keys.history(next.number())));
    List<Write> writes = new ArrayList<>();
    writes.add(new Write.Put(keys.current(), revision));
    writes.add(new Write.Put(keys.history(next.number()), revision));
    writes.add(new Write.Put(keys.text(next.number()), text));
    if (clearing) {
      conditions.add(new Condition.Absent(keys.text(next.number())));
      List<Revision> old = seen.revisions().stream().skip(KEPT - 1L).limit(REMOVED_MAX).toList();
      for (Revision one : old) {
        conditions.add(new Condition.Present(keys.history(one.number())));
        conditions.add(new Condition.Present(keys.text(one.number())));
        writes.add(new Write.Remove(keys.history(one.number())));
        writes.add(new Write.Remove(keys.text(one.number())));
      }
    }
    return awaited(store.commit(conditions, writes));
  }

  /// What the store says becomes of a call, which it does within a bounded time.
  private static <T> T awaited(CompletableFuture<T> call) throws InterruptedException {
    try {
      return call.get();
    } catch (ExecutionException e) {
      throw StoreFailure.of(e);
    }
  }
}
