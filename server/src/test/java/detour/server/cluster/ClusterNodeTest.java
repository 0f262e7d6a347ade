package detour.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import detour.server.cluster.store.Commit;
import detour.server.cluster.store.Condition;
import detour.server.cluster.store.Lease;
import detour.server.cluster.store.Listing;
import detour.server.cluster.store.SharedStore;
import detour.server.cluster.store.Watch;
import detour.server.cluster.store.WatchListener;
import detour.server.cluster.store.Write;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.Agreed;
import detour.server.publish.Command;
import detour.server.publish.Inbox;
import detour.server.publish.Peers;
import detour.server.publish.Time;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The thread of a node: that it goes on, shows what it sees and ends.
@Timeout(60)
class ClusterNodeTest {
  private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
  private final ScriptedStore store = new ScriptedStore();
  private final Metrics metrics = new Metrics();
  private final Heard inbox = new Heard();

  @AfterEach
  void end() {
    later.shutdownNow();
  }

  private ClusterNode start() {
    ClusterNode node =
        new ClusterNode(
            new Membership(
                "default",
                "ams1",
                "eu",
                Membership.Role.BOTH,
                Duration.ofSeconds(30),
                Duration.ofSeconds(90)),
            store,
            Time.system(),
            metrics);
    node.start(inbox);
    return node;
  }

  @Test
  void shouldBePresentAndTellWhatTheStoreHolds() {
    try (ClusterNode node = start()) {
      node.opinions(List.of());
      await().until(() -> store.written.stream().anyMatch(key -> key.endsWith("ams1/presence")));
      await().until(() -> !inbox.agreed.isEmpty());
      await().until(() -> node.state() != null);
    }
  }

  @Test
  void shouldGoOnAfterAnErrorOfTheProgram() {
    store.grantsThatThrow.set(3);
    try (ClusterNode node = start()) {
      node.opinions(List.of());
      await().until(() -> store.written.stream().anyMatch(key -> key.endsWith("ams1/presence")));
      assertThat(metrics.value(Counter.CLUSTER_FAILURES)).isEqualTo(3);
    }
  }

  @Test
  void shouldAnswerWhoLooksFromItsThread() {
    try (ClusterNode node = start()) {
      await().until(() -> node.look("www.example.com").trouble() == null);
      await().until(() -> store.written.stream().anyMatch(key -> key.contains("/watched/ams1/")));
      assertThat(node.look("www.example.com").byVantage()).isEmpty();
    }
  }

  @Test
  void shouldWaitUntilTheOthersKnowThatItLeaves() {
    ClusterNode node = start();
    await().until(() -> store.granted);

    var _ = later.schedule(() -> store.revoked.complete(null), 300, TimeUnit.MILLISECONDS);
    node.close();

    assertThat(store.revoking).isTrue();
    assertThat(store.revoked).isDone();
  }

  /// Whoever waits for longer than @Timeout has failed.
  @Test
  void shouldNotWaitForeverForAStoreThatDoesNotAnswer() {
    ClusterNode node = start();
    await().until(() -> store.granted);

    node.close();

    assertThat(store.revoking).isTrue();
    assertThat(store.revoked).isNotDone();
    await()
        .untilAsserted(() ->
            assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("cluster"));
  }

  /// Empty, and does at once what it is asked, but for what a test scripts.
  private static final class ScriptedStore implements SharedStore {
    final List<String> written = new CopyOnWriteArrayList<>();
    final CompletableFuture<Void> revoked = new CompletableFuture<>();
    final AtomicInteger grantsThatThrow = new AtomicInteger();
    volatile boolean granted;
    volatile boolean revoking;
    private final AtomicLong revision = new AtomicLong(1);

    @Override
    public CompletableFuture<Listing> list(String prefix) {
      return CompletableFuture.completedFuture(new Listing(revision.get(), List.of()));
    }

    @Override
    public CompletableFuture<Listing> read(Collection<String> keys) {
      return CompletableFuture.completedFuture(new Listing(revision.get(), List.of()));
    }

    @Override
    public Watch watch(String prefix, long fromRevision, WatchListener listener) {
      return () -> {};
    }

    @Override
    public CompletableFuture<Commit> commit(List<Condition> conditions, List<Write> writes) {
      writes.forEach(write -> written.add(write.key()));
      return CompletableFuture.completedFuture(new Commit.Committed(revision.incrementAndGet()));
    }

    @Override
    public CompletableFuture<Lease> grant(Duration timeToLive) {
      if (grantsThatThrow.getAndDecrement() > 0) {
        throw new IllegalStateException("a fault of the program");
      }
      granted = true;
      return CompletableFuture.completedFuture(new Lease(7, timeToLive));
    }

    @Override
    public CompletableFuture<Boolean> keepAlive(long leaseId) {
      return CompletableFuture.completedFuture(true);
    }

    @Override
    public CompletableFuture<Void> revoke(long leaseId) {
      revoking = true;
      return revoked;
    }

    @Override
    public void close() {}
  }

  private static final class Heard implements Inbox {
    final List<Agreed> agreed = new CopyOnWriteArrayList<>();

    @Override
    public void agreed(Agreed news) {
      agreed.add(news);
    }

    @Override
    public void peers(Peers.Change change) {}

    @Override
    public void observed(ProbeTarget target, Observation observation) {}

    @Override
    public void resolved(String hostName, List<InetAddress> addresses) {}

    @Override
    public CompletableFuture<Void> command(Command command) {
      return CompletableFuture.completedFuture(null);
    }
  }
}
