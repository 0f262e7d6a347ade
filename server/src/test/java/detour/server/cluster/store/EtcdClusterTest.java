package detour.server.cluster.store;

import static detour.server.cluster.store.FollowedEtcd.PATIENCE;
import static detour.server.cluster.store.FollowedEtcd.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.cluster.store.StoreFailure.Reason;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three members of a real etcd, of which some are lost.
class EtcdClusterTest {
  @TempDir private Path folder;
  private List<EtcdMember> members = List.of();
  private FollowedEtcd node;

  @BeforeEach
  void start() throws Exception {
    members = EtcdMember.cluster(folder, 3);
    node = new FollowedEtcd(members.stream().map(EtcdMember::endpoint).toArray(URI[]::new));
    node.putPatiently("a", "before");
    node.awaitHeard("a", "before");
  }

  @AfterEach
  void stop() {
    if (node != null) {
      node.close();
    }
    members.forEach(EtcdMember::close);
  }

  private EtcdMember leader() {
    return members.stream().filter(EtcdMember::leads).findFirst().orElseThrow();
  }

  @Test
  void shouldGoOnWhenTheLeaderIsKilled() throws Exception {
    EtcdMember leader = leader();
    leader.kill();

    node.putPatiently("a", "under the next leader");
    node.awaitHeard("a", "under the next leader");

    leader.start();
    leader.awaitReady();
    node.putPatiently("a", "with all three");
    node.awaitHeard("a", "with all three");
  }

  @Test
  void shouldGoOnWhenTheLeaderIsFrozen() throws Exception {
    EtcdMember leader = leader();
    leader.pause();

    node.putPatiently("a", "past the frozen one");
    node.awaitHeard("a", "past the frozen one");
    Awaitility.await().atMost(PATIENCE).until(() -> node.age().toSeconds() < 3);

    leader.resume();
    node.putPatiently("a", "with all three");
    node.awaitHeard("a", "with all three");
  }

  @Test
  void shouldGoOnWhenEachMemberIsRestartedInTurn() throws Exception {
    for (int i = 0; i < members.size(); i++) {
      members.get(i).kill();
      node.putPatiently("a", "without " + i);
      node.awaitHeard("a", "without " + i);
      members.get(i).start();
      members.get(i).awaitReady();
    }
  }

  @Test
  void shouldGrowOldOnAMemberWithoutMajorityAndRecoverWithIt() throws Exception {
    members.get(1).pause();
    members.get(2).pause();

    Awaitility.await().atMost(PATIENCE).until(() -> node.age().toSeconds() >= 5);
    StoreFailure failure = failureOf(node.put("a", "no majority"));
    assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(failure.getMessage()).contains("http://127.0.0.1:");
    assertThat(node.reachable()).isFalse();
    assertThat(node.heard()).containsEntry(FollowedEtcd.PREFIX + "a", "before");

    members.get(1).resume();
    members.get(2).resume();
    node.putPatiently("a", "majority");
    node.awaitHeard("a", "majority");
    Awaitility.await().atMost(PATIENCE).until(() -> node.age().toSeconds() < 3);
  }
}
