package detour.server.cluster.store;

import static detour.server.cluster.store.FollowedEtcd.PATIENCE;
import static detour.server.cluster.store.FollowedEtcd.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.cluster.store.StoreFailure.Reason;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One member of a real etcd, and links to it, that fail in the ways in which they do.
class EtcdFaultsTest {
  @TempDir private Path folder;
  private EtcdMember etcd;
  private LinkProxy link;
  private FollowedEtcd near;
  private FollowedEtcd far;

  /// One node right beside etcd, and one at the far end of a link.
  @BeforeEach
  void start() throws Exception {
    etcd = EtcdMember.alone(folder);
    link = new LinkProxy(etcd.clientPort());
    near = new FollowedEtcd(etcd.endpoint());
    far = new FollowedEtcd(link.endpoint());
    near.putPatiently("a", "before");
    far.awaitHeard("a", "before");
    near.awaitHeard("a", "before");
  }

  @AfterEach
  void stop() throws Exception {
    if (etcd != null) {
      far.close();
      near.close();
      link.close();
      etcd.close();
    }
  }

  @Test
  void shouldFailInBoundedTimeWhenEtcdIsKilledAndGoOnWhenItIsBackOnItsData() throws Exception {
    Lease lease = near.store.grant(Duration.ofSeconds(60)).join();
    etcd.kill();

    StoreFailure failure = failureOf(near.put("a", "meanwhile"));
    assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(failure.getMessage())
        .contains(etcd.endpoint().toString())
        .contains("kv/txn")
        .endsWith("Does etcd run with a majority of its members, and can this node reach them?");
    Awaitility.await().atMost(PATIENCE).until(() -> !near.reachable());
    assertThat(near.heard()).containsEntry(FollowedEtcd.PREFIX + "a", "before");

    etcd.start();
    etcd.awaitReady();
    near.putPatiently("a", "after");
    near.awaitHeard("a", "after");
    far.awaitHeard("a", "after");
    assertThat(near.store.keepAlive(lease.id()).join()).isTrue();
    Awaitility.await().atMost(PATIENCE).until(() -> near.reachable());
  }

  @Test
  void shouldCatchUpWhenEtcdWasFrozen() throws Exception {
    etcd.pause();
    StoreFailure failure = failureOf(near.put("a", "into the ice"));
    assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(failure.outcomeUnknown()).isTrue();
    Awaitility.await().atMost(PATIENCE).until(() -> near.age().toSeconds() >= 4);

    etcd.resume();
    near.putPatiently("a", "thawed");
    near.awaitHeard("a", "thawed");
    far.awaitHeard("a", "thawed");
    Awaitility.await().atMost(PATIENCE).until(() -> near.age().toSeconds() < 3);
  }

  @Test
  void shouldRefuseToPileUpRequestsWhenEtcdIsFrozen() throws Exception {
    etcd.pause();
    List<CompletableFuture<Commit>> many =
        IntStream.range(0, 3 * Gateway.OUTSTANDING_MAX)
            .mapToObj(i -> near.put("many" + i, "x"))
            .toList();

    assertThat(many.stream().filter(CompletableFuture::isCompletedExceptionally).count())
        .isGreaterThanOrEqualTo(2 * Gateway.OUTSTANDING_MAX);
    assertThat(failureOf(many.getLast()).reason()).isEqualTo(Reason.OVERLOADED);
    assertThat(failureOf(many.getFirst()).reason()).isEqualTo(Reason.UNREACHABLE);
    etcd.resume();
    near.putPatiently("a", "after");
  }

  @Test
  void shouldListAnewWhenEtcdWasCompactedWhileTheLinkWasCut() throws Exception {
    int listed = far.listings.get();
    link.refuse(true);
    near.put("a", "1").join();
    near.put("b", "1").join();
    Commit.Committed last = (Commit.Committed) near.put("a", "2").join();
    etcd.compact(last.revision());
    link.refuse(false);

    far.awaitHeard("a", "2");
    assertThat(far.heard()).isEqualTo(near.heard());
    assertThat(far.listings.get()).isGreaterThan(listed);
  }

  @Test
  void shouldGoOnFromWhereItWasWhenTheLinkWasCut() {
    for (int i = 0; i < 5; i++) {
      link.cutPresent();
      near.put("a", "cut " + i).join();
      far.awaitHeard("a", "cut " + i);
    }
    assertThat(far.listings.get()).isEqualTo(1);
    assertThat(far.count(Counter.CLUSTER_WATCHES_LOST)).isGreaterThanOrEqualTo(1);
  }

  @Test
  void shouldFindOutThatAWatchIsSilent() {
    link.stallPresent();
    near.put("a", "unheard").join();

    far.awaitHeard("a", "unheard");
    assertThat(far.count(Counter.CLUSTER_WATCHES_SILENT)).isGreaterThanOrEqualTo(1);
    Awaitility.await().atMost(PATIENCE).until(() -> far.age().toSeconds() < 3);
  }

  @Test
  void shouldKnowThatAGuardedWriteWasDoneThoughItsAnswerWasLost() throws Exception {
    try (LinkProxy way = new LinkProxy(etcd.clientPort());
        EtcdStore store = storeAt(way)) {
      store.read(List.of("/x")).join();
      way.loseAnswers(1);
      String latch = FollowedEtcd.PREFIX + "latch";
      Commit commit =
          store
              .commit(
                  List.of(new Condition.Absent(latch)),
                  List.of(new Write.Put(latch, new byte[] {'b', 'y', '1'})))
              .join();

      Entry entry = store.read(List.of(latch)).join().entries().getFirst();
      assertThat(commit).isEqualTo(new Commit.Committed(entry.modRevision()));
      assertThat(entry.modRevision()).isEqualTo(entry.createRevision());
    }
  }

  @Test
  void shouldSayThatItDoesNotKnowWhetherAnUnguardedWriteWasDone() throws Exception {
    try (LinkProxy way = new LinkProxy(etcd.clientPort());
        EtcdStore store = storeAt(way)) {
      store.read(List.of("/x")).join();
      way.loseAnswers(1);

      StoreFailure failure =
          failureOf(
              store.commit(
                  List.of(), List.of(new Write.Put(FollowedEtcd.PREFIX + "b", new byte[1]))));

      assertThat(failure.outcomeUnknown()).isTrue();
      assertThat(failure.getMessage()).contains("or did it unseen");
    }
  }

  private static EtcdStore storeAt(LinkProxy way) {
    return new EtcdStore(
        EtcdSettings.of(List.of(way.endpoint())), System::nanoTime, new Random(1), new Metrics());
  }

  @Test
  void shouldUseTheNextEndpointWhenTheFirstIsNoneOrFrozen() throws Exception {
    try (EtcdMember frozen = EtcdMember.alone(folder.resolve("frozen"))) {
      frozen.pause();
      try (FollowedEtcd node =
          new FollowedEtcd(URI.create("http://127.0.0.1:1"), frozen.endpoint(), etcd.endpoint())) {
        node.awaitHeard("a", "before");
        node.putPatiently("a", "through the third");
        near.awaitHeard("a", "through the third");
      }
      frozen.resume();
    }
  }

  @Test
  void shouldNotMixTwoClusters() throws Exception {
    try (EtcdMember stranger = EtcdMember.alone(folder.resolve("stranger"));
        LinkProxy way = new LinkProxy(etcd.clientPort());
        FollowedEtcd node = new FollowedEtcd(way.endpoint(), stranger.endpoint())) {
      node.awaitHeard("a", "before");
      way.refuse(true);

      StoreFailure failure = failureOf(node.store.read(List.of("/x")));
      assertThat(failure.getMessage())
          .contains(stranger.endpoint() + ": belongs to another etcd cluster");
      assertThat(node.heard()).containsEntry(FollowedEtcd.PREFIX + "a", "before");
      way.refuse(false);
      node.putPatiently("a", "home");
      node.awaitHeard("a", "home");
    }
  }
}
