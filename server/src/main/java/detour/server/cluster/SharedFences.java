package detour.server.cluster;

import detour.failover.safety.FenceRules;
import detour.failover.safety.FenceState;
import detour.failover.safety.FenceState.Stage;
import detour.failover.safety.FenceState.Step;
import detour.server.cluster.Records.SharedFence;
import detour.server.cluster.store.Commit;
import detour.server.cluster.store.Condition;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.SharedStore;
import detour.server.cluster.store.Write;
import detour.server.publish.Fencing;
import detour.server.publish.Time;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/// Fences of which one node raises each for all: whoever claims it first, by compare-and-set of one
/// key, runs the hook and writes down how it ended; the others wait for that.
///
/// A claim is not bound to a lease: a node whose lease ended may still run the hook, and two at
/// once is what is to be avoided. What is claimed and does not end is run by another after the
/// hook's timeout, so a hook may run twice, never knowingly at the same time.
///
/// Where the store cannot be asked the fence fails, and the service's policy says what follows.
public final class SharedFences implements Fencing {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(250);

  private final Keys keys;
  private final String node;
  private final SharedStore store;
  private final Time time;
  private final Fencing hooks;

  /// @param hooks runs the hooks of this node
  public SharedFences(String cluster, String node, SharedStore store, Time time, Fencing hooks) {
    keys = Keys.of(cluster);
    this.node = node;
    this.store = store;
    this.time = time;
    this.hooks = hooks;
  }

  /// For a node that moves no latch: it needs no fence to follow the others.
  public static Fencing leftToOthers(String node, Time time) {
    return _ ->
        CompletableFuture.completedFuture(
            new FenceState(Stage.STOOD, time.now(), node, "left to the nodes that answer"));
  }

  @Override
  public CompletableFuture<FenceState> raise(Order order) {
    CompletableFuture<FenceState> ended = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("fence " + order.key())
        .start(() -> {
          try {
            ended.complete(raiseOnce(order));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ended.completeExceptionally(e);
          } catch (ExecutionException e) {
            ended.complete(failed("the cluster's store could not be asked: " + why(e)));
          } catch (RuntimeException | Error e) {
            ended.completeExceptionally(e);
          }
        });
    return ended;
  }

  private FenceState raiseOnce(Order order) throws InterruptedException, ExecutionException {
    String key = keys.fence(order.service(), order.family());
    while (true) {
      Entry entry = store.read(List.of(key)).get().entry(key).orElse(null);
      if (entry != null && Records.isLater(entry.value())) {
        return failed("a later version of Detour wrote " + key + ", which must not be replaced");
      }
      FenceState known = ofThisFailover(entry, order);
      switch (FenceRules.next(order.policy(), known, time.now())) {
        case Step.Go(var _) -> {
          return known == null ? failed("") : known;
        }
        case Step.Wait(var _, var _) -> {
          if (known != null && known.stage() != Stage.RUNNING) {
            return known;
          }
          Thread.sleep(LOOK_AGAIN);
        }
        case Step.Run() -> {
          FenceState ended = claimAndRun(key, entry, order);
          if (ended != null) {
            return ended;
          }
        }
      }
    }
  }

  /// What is known of the fence of this move; what belongs to an earlier one does not count.
  private static @Nullable FenceState ofThisFailover(@Nullable Entry entry, Order order) {
    return entry == null
        ? null
        : Records.fence(entry.value())
            .filter(fence -> fence.epoch() >= order.epoch())
            .map(SharedFence::state)
            .orElse(null);
  }

  /// Null when another node was first.
  private @Nullable FenceState claimAndRun(String key, @Nullable Entry before, Order order)
      throws InterruptedException, ExecutionException {
    Condition condition =
        before == null
            ? new Condition.Absent(key)
            : new Condition.Unchanged(key, before.modRevision());
    FenceState running = new FenceState(Stage.RUNNING, time.now(), node, "");
    Commit claim = put(condition, key, running, order);
    if (!(claim instanceof Commit.Committed(long revision))) {
      return null;
    }
    FenceState ended;
    try {
      ended = hooks.raise(order).get();
    } catch (ExecutionException e) {
      ended = failed(why(e));
    }
    try {
      // Should another have taken over meanwhile, its word stands for the others, this one here.
      var _ = put(new Condition.Unchanged(key, revision), key, ended, order);
    } catch (ExecutionException e) {
      // The fence stands whether or not the others learn of it: they will run the hook again.
      return ended;
    }
    return ended;
  }

  private Commit put(Condition condition, String key, FenceState state, Order order)
      throws InterruptedException, ExecutionException {
    byte[] value = Records.fence(new SharedFence(state, order.epoch()));
    return store.commit(List.of(condition), List.of(new Write.Put(key, value))).get();
  }

  private static String why(ExecutionException e) {
    Throwable cause = e.getCause();
    return String.valueOf((cause == null ? e : cause).getMessage());
  }

  private FenceState failed(String why) {
    return new FenceState(Stage.FAILED, time.now(), node, why);
  }
}
