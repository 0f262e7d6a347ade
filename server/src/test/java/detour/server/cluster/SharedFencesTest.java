package detour.server.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.failover.model.FencePolicy;
import detour.failover.model.FencePolicy.Hook;
import detour.failover.model.FencePolicy.Outcome;
import detour.failover.safety.FenceState;
import detour.failover.safety.FenceState.Stage;
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
import detour.server.publish.Fencing;
import detour.server.publish.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/// Which node raises a fence, and what the others learn of it.
class SharedFencesTest {
  private final Instant start = Instant.parse("2030-01-01T00:00:00Z");
  private volatile Instant now = start;
  private final Time time = new Time(() -> Duration.between(start, now).toNanos(), () -> now);
  private final OneKeyStore store = new OneKeyStore();
  private final Queue<String> ran = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<FenceState> hook = new CompletableFuture<>();

  @Test
  void shouldRunTheHookAtOneNodeAndTellTheOthers() throws Exception {
    var ams = node("ams1").raise(order(1));
    await().until(() -> ran.size() == 1);
    var fra = node("fra1").raise(order(1));
    hook.complete(new FenceState(Stage.STOOD, now, "ams1", "off"));
    assertThat(ams.get(20, SECONDS).stage()).isEqualTo(Stage.STOOD);
    assertThat(fra.get(20, SECONDS)).isEqualTo(new FenceState(Stage.STOOD, now, "ams1", "off"));
    assertThat(ran).containsExactly("ams1");
  }

  @Test
  void shouldRunTheHookAnewForTheNextFailover() throws Exception {
    hook.complete(new FenceState(Stage.STOOD, now, "ams1", ""));
    assertThat(node("ams1").raise(order(1)).get(20, SECONDS).stage()).isEqualTo(Stage.STOOD);
    assertThat(node("fra1").raise(order(2)).get(20, SECONDS).stage()).isEqualTo(Stage.STOOD);
    assertThat(ran).containsExactly("ams1", "fra1");
  }

  @Test
  void shouldTakeOverFromANodeThatNeverSaidHowItEnded() throws Exception {
    var _ = node("ams1").raise(order(1));
    await().until(() -> ran.size() == 1);
    now = start.plusSeconds(15);
    var fra = node("fra1").raise(order(1));
    await().until(() -> ran.size() == 2);
    hook.complete(new FenceState(Stage.STOOD, now, "fra1", ""));
    assertThat(fra.get(20, SECONDS).stage()).isEqualTo(Stage.STOOD);
    assertThat(ran).containsExactly("ams1", "fra1");
  }

  @Test
  void shouldFailWhereTheStoreCannotBeAsked() throws Exception {
    store.lost = true;
    FenceState state = node("ams1").raise(order(1)).get(20, SECONDS);
    assertThat(state.stage()).isEqualTo(Stage.FAILED);
    assertThat(ran).isEmpty();
  }

  private Fencing node(String name) {
    return new SharedFences(
        "default",
        name,
        store,
        time,
        order -> {
          ran.add(name);
          return hook;
        });
  }

  private static Fencing.Order order(long epoch) {
    FencePolicy policy =
        new FencePolicy(
            new Hook.Command(List.of("/bin/true")),
            Duration.ofSeconds(10),
            Outcome.HOLD,
            Outcome.HOLD,
            Duration.ofSeconds(20));
    return new Fencing.Order(
        "db.example.com", "joint", "ams", "fra", epoch, false, "ams is down", policy);
  }

  /// As much of a store as a fence needs: keys that are read and compared-and-set.
  private static final class OneKeyStore implements SharedStore {
    private final Map<String, Entry> entries = new HashMap<>();
    private long revision;
    volatile boolean lost;

    @Override
    public synchronized CompletableFuture<Listing> read(Collection<String> keys) {
      if (lost) {
        return CompletableFuture.failedFuture(
            new StoreFailure(StoreFailure.Reason.UNINTELLIGIBLE, false, "lost"));
      }
      return CompletableFuture.completedFuture(
          new Listing(
              revision,
              entries.values().stream().filter(entry -> keys.contains(entry.key())).toList()));
    }

    @Override
    public synchronized CompletableFuture<Commit> commit(
        List<Condition> conditions, List<Write> writes) {
      for (Condition condition : conditions) {
        Entry entry = entries.get(condition.key());
        boolean holds =
            switch (condition) {
              case Condition.Absent _ -> entry == null;
              case Condition.Present _ -> entry != null;
              case Condition.Unchanged(var _, long at) ->
                  entry != null && entry.modRevision() == at;
            };
        if (!holds) {
          return CompletableFuture.completedFuture(
              new Commit.Refused(new Listing(revision, List.copyOf(entries.values()))));
        }
      }
      revision++;
      for (Write write : writes) {
        if (write instanceof Write.Put(String key, byte[] value, long leaseId)) {
          entries.put(key, new Entry(key, value, revision, revision, leaseId));
        }
      }
      return CompletableFuture.completedFuture(new Commit.Committed(revision));
    }

    @Override
    public CompletableFuture<Listing> list(String prefix) {
      throw new IllegalStateException("nobody lists");
    }

    @Override
    public Watch watch(String prefix, long fromRevision, WatchListener listener) {
      throw new IllegalStateException("nobody watches");
    }

    @Override
    public CompletableFuture<Lease> grant(Duration timeToLive) {
      throw new IllegalStateException("nobody needs a lease");
    }

    @Override
    public CompletableFuture<Boolean> keepAlive(long leaseId) {
      throw new IllegalStateException("nobody needs a lease");
    }

    @Override
    public CompletableFuture<Void> revoke(long leaseId) {
      throw new IllegalStateException("nobody needs a lease");
    }

    @Override
    public void close() {}
  }
}
