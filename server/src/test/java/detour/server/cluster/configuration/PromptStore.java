package detour.server.cluster.configuration;

import detour.server.cluster.store.Commit;
import detour.server.cluster.store.Condition;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.Lease;
import detour.server.cluster.store.Listing;
import detour.server.cluster.store.SharedStore;
import detour.server.cluster.store.StoreFailure;
import detour.server.cluster.store.Watch;
import detour.server.cluster.store.WatchListener;
import detour.server.cluster.store.Write;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// A store that does at once what it is asked, or nothing at all. It has no watches and no leases.
final class PromptStore implements SharedStore {
  private final TreeMap<String, Entry> entries = new TreeMap<>();
  private long revision = 1;
  private boolean away;

  synchronized void away(boolean now) {
    away = now;
  }

  synchronized void put(String key, byte[] value) {
    revision++;
    entries.put(key, new Entry(key, value, revision, revision, 0));
  }

  synchronized void remove(String key) {
    revision++;
    entries.remove(key);
  }

  synchronized Set<String> keys() {
    return Set.copyOf(entries.keySet());
  }

  synchronized byte[] value(String key) {
    return Objects.requireNonNull(entries.get(key)).value();
  }

  @Override
  public synchronized CompletableFuture<Listing> list(String prefix) {
    return answer(
        new Listing(
            revision,
            entries.values().stream().filter(entry -> entry.key().startsWith(prefix)).toList()));
  }

  @Override
  public synchronized CompletableFuture<Listing> read(Collection<String> keys) {
    return answer(
        new Listing(
            revision,
            entries.values().stream().filter(entry -> keys.contains(entry.key())).toList()));
  }

  @Override
  public synchronized CompletableFuture<Commit> commit(
      List<Condition> conditions, List<Write> writes) {
    if (away) {
      return answer(new Commit.Committed(0));
    }
    if (!conditions.stream().allMatch(this::holds)) {
      List<String> keys = conditions.stream().map(Condition::key).toList();
      return answer(
          new Commit.Refused(
              new Listing(
                  revision,
                  entries.values().stream().filter(entry -> keys.contains(entry.key())).toList())));
    }
    revision++;
    for (Write write : writes) {
      switch (write) {
        case Write.Put put ->
            entries.put(put.key(), new Entry(put.key(), put.value(), revision, revision, 0));
        case Write.Remove remove -> entries.remove(remove.key());
      }
    }
    return answer(new Commit.Committed(revision));
  }

  private boolean holds(Condition condition) {
    Entry entry = entries.get(condition.key());
    return switch (condition) {
      case Condition.Absent _ -> entry == null;
      case Condition.Present _ -> entry != null;
      case Condition.Unchanged unchanged ->
          entry != null && entry.modRevision() == unchanged.modRevision();
    };
  }

  private <T> CompletableFuture<T> answer(T answer) {
    return away
        ? CompletableFuture.failedFuture(
            new StoreFailure(StoreFailure.Reason.UNREACHABLE, "the store is away"))
        : CompletableFuture.completedFuture(answer);
  }

  @Override
  public Watch watch(String prefix, long fromRevision, WatchListener listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Lease> grant(Duration timeToLive) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Boolean> keepAlive(long leaseId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Void> revoke(long leaseId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
