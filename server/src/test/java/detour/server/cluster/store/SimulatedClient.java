package detour.server.cluster.store;

import detour.server.cluster.store.StoreFailure.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/// One node's way to a [SimulatedStore], with faults that can be switched on and off.
public final class SimulatedClient implements SharedStore {
  /// After which a call to a store that does not answer fails.
  public static final long TIMEOUT_NANOS = 2_000_000_000L;

  private final SimulatedStore store;
  private final List<SimulatedWatch> watches = new ArrayList<>();
  private final Map<Integer, CompletableFuture<?>> underWay = new LinkedHashMap<>();
  private boolean unreachable;
  private boolean answersLost;
  private boolean watchesSilent;
  private boolean closed;
  private long delayNanos;
  private int calls;
  private boolean stirred;

  SimulatedClient(SimulatedStore store) {
    this.store = store;
  }

  /// While true, calls are not done and fail after the timeout, and watches end after it.
  public void unreachable(boolean now) {
    unreachable = now;
    if (now) {
      for (SimulatedWatch watch : List.copyOf(watches)) {
        watch.silent = true;
        store.plan(
            TIMEOUT_NANOS,
            () -> watch.end(new StoreFailure(Reason.UNREACHABLE, "the simulated link is cut")));
      }
    }
  }

  /// While true, calls are done, yet their answers do not arrive: they fail after the timeout.
  public void answersLost(boolean now) {
    answersLost = now;
  }

  /// While true, watches tell nothing and do not end; those that were silent once stay so for good.
  public void watchesSilent(boolean now) {
    watchesSilent = now;
    if (now) {
      watches.forEach(watch -> watch.silent = true);
    }
  }

  /// How long each way takes, for calls and for what watches tell; 0 at first.
  public void slow(Duration eachWay) {
    delayNanos = eachWay.toNanos();
  }

  /// Ends all watches at once, as when a member of the store is restarted.
  public void cutWatches() {
    for (SimulatedWatch watch : List.copyOf(watches)) {
      store.plan(
          0, () -> watch.end(new StoreFailure(Reason.UNREACHABLE, "the simulated watch was cut")));
    }
  }

  /// How many watches are open on this side.
  public int watchCount() {
    return watches.size();
  }

  /// How many calls and watches were begun.
  public int calls() {
    return calls;
  }

  /// Whether its owner was told anything since the last call.
  public boolean takeStirred() {
    boolean taken = stirred;
    stirred = false;
    return taken;
  }

  @Override
  public CompletableFuture<Listing> list(String prefix) {
    Arguments.requireKey(prefix);
    return call(() -> store.list(prefix));
  }

  @Override
  public CompletableFuture<Listing> read(Collection<String> keys) {
    Arguments.requireKeys(keys);
    List<String> copy = List.copyOf(keys);
    return call(() -> store.read(copy));
  }

  @Override
  public CompletableFuture<Commit> commit(List<Condition> conditions, List<Write> writes) {
    Arguments.requireTransaction(conditions, writes);
    List<Condition> conditionsNow = List.copyOf(conditions);
    List<Write> writesNow = List.copyOf(writes);
    return call(() -> store.commit(conditionsNow, writesNow));
  }

  @Override
  public CompletableFuture<Lease> grant(Duration timeToLive) {
    Duration granted = Duration.ofSeconds(Arguments.requireSeconds(timeToLive));
    return call(() -> new Lease(store.grantLease(granted.toNanos()), granted));
  }

  @Override
  public CompletableFuture<Boolean> keepAlive(long leaseId) {
    return call(() -> store.keepLease(leaseId));
  }

  @Override
  public CompletableFuture<Void> revoke(long leaseId) {
    return call(
            () -> {
              store.revokeLease(leaseId);
              return true;
            })
        .thenAccept(_ -> {});
  }

  @Override
  public Watch watch(String prefix, long fromRevision, WatchListener listener) {
    Arguments.requireKey(prefix);
    calls++;
    SimulatedWatch watch = new SimulatedWatch(prefix, fromRevision, listener);
    watches.add(watch);
    if (closed) {
      watch.close();
    } else if (unreachable) {
      store.plan(
          TIMEOUT_NANOS,
          () -> watch.end(new StoreFailure(Reason.UNREACHABLE, "the simulated link is cut")));
    } else {
      store.plan(delayNanos, () -> watch.open(fromRevision));
    }
    return watch;
  }

  @Override
  public void close() {
    closed = true;
    List.copyOf(watches).forEach(SimulatedWatch::close);
    List.copyOf(underWay.values())
        .forEach(
            call -> call.completeExceptionally(new StoreFailure(Reason.CLOSED, true, "closed")));
  }

  private <T> CompletableFuture<T> call(Supplier<T> action) {
    int number = ++calls;
    CompletableFuture<T> answer = new CompletableFuture<>();
    underWay.put(number, answer);
    var _ =
        answer.whenComplete((_, _) -> {
          stirred = true;
          underWay.remove(number);
        });
    if (closed) {
      answer.completeExceptionally(new StoreFailure(Reason.CLOSED, "closed"));
      return answer;
    }
    if (unreachable) {
      fail(answer, false);
      return answer;
    }
    store.plan(
        delayNanos,
        () -> {
          if (unreachable) {
            fail(answer, false);
            return;
          }
          try {
            T done = action.get();
            store.plan(
                delayNanos,
                () -> {
                  if (unreachable || answersLost) {
                    fail(answer, true);
                  } else {
                    answer.complete(done);
                  }
                });
          } catch (StoreFailure refused) {
            store.plan(delayNanos, () -> answer.completeExceptionally(refused));
          }
        });
    return answer;
  }

  private void fail(CompletableFuture<?> answer, boolean outcomeUnknown) {
    store.plan(
        TIMEOUT_NANOS,
        () ->
            answer.completeExceptionally(
                new StoreFailure(Reason.UNREACHABLE, outcomeUnknown, "the simulated link is cut")));
  }

  /// A watch of this client.
  final class SimulatedWatch implements Watch {
    private final String prefix;
    private final long fromRevision;
    private final WatchListener listener;
    private boolean over;
    private boolean silent = watchesSilent;

    /// When the last change arrives; no later one comes before it, for a watch is one stream.
    private long lastArrivalNanos = Long.MIN_VALUE;

    SimulatedWatch(String prefix, long fromRevision, WatchListener listener) {
      this.prefix = prefix;
      this.fromRevision = fromRevision;
      this.listener = listener;
    }

    private void open(long revision) {
      if (!over) {
        store.open(this, revision);
      }
    }

    /// Called by the store with each transaction, in order.
    void tell(List<Change> transaction) {
      if (silent) {
        return;
      }
      List<Change> mine = new ArrayList<>(transaction.size());
      for (Change change : transaction) {
        if (change.revision() >= fromRevision && change.key().startsWith(prefix)) {
          mine.add(change);
        }
      }
      if (mine.isEmpty()) {
        return;
      }
      long nowNanos = store.nowNanos();
      lastArrivalNanos = Math.max(lastArrivalNanos, nowNanos + delayNanos);
      store.plan(
          lastArrivalNanos - nowNanos,
          () -> {
            if (!over && !silent) {
              stirred = true;
              listener.changed(mine);
            }
          });
    }

    void end(StoreFailure why) {
      if (!over) {
        close();
        stirred = true;
        listener.ended(why);
      }
    }

    @Override
    public void close() {
      over = true;
      watches.remove(this);
      store.forget(this);
    }
  }
}
