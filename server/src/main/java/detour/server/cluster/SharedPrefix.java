package detour.server.cluster;

import detour.server.cluster.store.Change;
import detour.server.cluster.store.Listing;
import detour.server.cluster.store.SharedStore;
import detour.server.cluster.store.StoreFailure;
import detour.server.cluster.store.Watch;
import detour.server.cluster.store.WatchListener;
import detour.server.publish.Time;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// TEMPORARY: stands in for the mirror.
final class SharedPrefix {
  private static final long CHECK_NANOS = 2_000_000_000L;
  private static final long RETRY_NANOS = 500_000_000L;

  interface Listener {
    void listed(Listing listing);

    void changed(List<Change> changes);
  }

  private final SharedStore store;
  private final String prefix;
  private final Time time;
  private final Executor self;
  private final Listener listener;
  private @Nullable Watch watch;
  private int generation;
  private boolean listing;
  private boolean listWanted = true;
  private long listAtNanos = Long.MIN_VALUE;
  private long checkAtNanos = Long.MAX_VALUE;
  private boolean checking;
  private boolean reachable;
  private long currentNanos = Long.MIN_VALUE;
  private long seenRevision;
  private long behindSinceRevision = Long.MAX_VALUE;

  SharedPrefix(SharedStore store, String prefix, Time time, Executor self, Listener listener) {
    this.store = store;
    this.prefix = prefix;
    this.time = time;
    this.self = self;
    this.listener = listener;
  }

  void step(long nowNanos) {
    if (listWanted && !listing && listAtNanos <= nowNanos) {
      listing = true;
      long sent = nowNanos;
      var _ =
          store.list(prefix).whenComplete((l, f) -> self.execute(() -> listed(l, f, sent)));
    }
    if (!checking && !listWanted && checkAtNanos <= nowNanos) {
      checking = true;
      long sent = nowNanos;
      int asked = generation;
      var _ =
          store.list(prefix).whenComplete((l, f) -> self.execute(() -> checked(l, f, sent, asked)));
    }
  }

  long nextDueNanos() {
    if (listWanted) {
      return listing ? Long.MAX_VALUE : listAtNanos;
    }
    return checking ? Long.MAX_VALUE : checkAtNanos;
  }

  long currentNanos() {
    return currentNanos;
  }

  boolean reachable() {
    return reachable;
  }

  void listAgain() {
    listWanted = true;
  }

  void close() {
    if (watch != null) {
      watch.close();
    }
  }

  private void listed(@Nullable Listing all, @Nullable Throwable failure, long sent) {
    listing = false;
    if (all == null) {
      reachable = false;
      listAtNanos = time.nowNanos() + RETRY_NANOS;
      return;
    }
    listWanted = false;
    reachable = true;
    currentNanos = sent;
    checkAtNanos = time.nowNanos() + CHECK_NANOS;
    seenRevision = all.revision();
    close();
    int mine = ++generation;
    listener.listed(all);
    watch =
        store.watch(
            prefix,
            all.revision() + 1,
            new WatchListener() {
              @Override
              public void changed(List<Change> changes) {
                self.execute(() -> {
                  if (mine == generation) {
                    seenRevision = Math.max(seenRevision, changes.getLast().revision());
                    listener.changed(changes);
                  }
                });
              }

              @Override
              public void ended(StoreFailure why) {
                self.execute(() -> {
                  if (mine == generation) {
                    listWanted = true;
                    listAtNanos = time.nowNanos() + RETRY_NANOS;
                  }
                });
              }
            });
  }

  private void checked(
      @Nullable Listing all, @Nullable Throwable failure, long sent, int asked) {
    checking = false;
    checkAtNanos = time.nowNanos() + CHECK_NANOS;
    if (all == null) {
      reachable = false;
      return;
    }
    reachable = true;
    if (asked != generation) {
      return;
    }
    long latest = all.entries().stream().mapToLong(e -> e.modRevision()).max().orElse(0);
    if (latest <= seenRevision && all.revision() >= seenRevision) {
      currentNanos = sent;
      behindSinceRevision = Long.MAX_VALUE;
    } else if ((behindSinceRevision != Long.MAX_VALUE && behindSinceRevision > seenRevision)
        || all.revision() < seenRevision) {
      behindSinceRevision = Long.MAX_VALUE;
      listWanted = true;
    } else {
      behindSinceRevision = latest;
    }
  }
}
