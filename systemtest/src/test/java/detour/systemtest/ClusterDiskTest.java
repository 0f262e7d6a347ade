package detour.systemtest;

import static detour.systemtest.ClusterTopology.MANUAL;
import static detour.systemtest.ClusterTopology.PRIMARY;
import static detour.systemtest.ClusterTopology.STANDBY;
import static detour.systemtest.ClusterTopology.WWW;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The disks under etcd are full, which ends its members.
class ClusterDiskTest {
  /// Room for two segments of the write-ahead log of 64 MB, which etcd takes in advance, and a
  /// little for what it stores.
  private static final int MEGABYTES = 144;

  @RegisterExtension static final Stage STAGE = Stage.forClass();

  private static List<SmallDisk> disks;
  private static ClusterTopology topology;

  private long mark;

  @BeforeAll
  static void start() {
    disks =
        Stream.of("etcd1", "etcd2", "etcd3")
            .map(name -> STAGE.closing(new SmallDisk(STAGE.directory().resolve(name), MEGABYTES)))
            .toList();
    topology = ClusterTopology.ofThree(STAGE);
  }

  @BeforeEach
  void restore() {
    disks.forEach(SmallDisk::empty);
    mark = topology.restore();
  }

  @Test
  void shouldDecideAsEverWhileTheDiskOfOneMemberIsFull() {
    EtcdMember full = topology.etcd().getFirst();
    disks.getFirst().fill();
    writeUntilEnded(topology.etcd().get(1), List.of(full));
    topology.primaryServer().broken(true);
    topology.awaitAnswers(topology.nodes(), WWW, STANDBY);
    topology.primaryServer().broken(false);
    topology.awaitAnswers(topology.nodes(), WWW, PRIMARY);
    topology.assertAnswers(topology.nodes(), WWW, mark, PRIMARY, STANDBY, PRIMARY);
  }

  @Test
  void shouldKeepItsAnswersWhileAllDisksAreFullAndGoOnWhenThereIsRoom() {
    disks.forEach(SmallDisk::fill);
    writeUntilEnded(topology.etcd().getFirst(), topology.etcd());
    ClusterTopology.await("every node to say that its verdicts are frozen")
        .until(() ->
            topology.nodes().stream()
                .allMatch(
                    node -> node.alarms().stream().anyMatch(alarm -> alarm.contains("frozen"))));
    topology.primaryServer().broken(true);
    ClusterTopology.letPass(ClusterTopology.DETECTION.plusSeconds(1));
    topology.assertAnswers(topology.nodes(), WWW, mark, PRIMARY);

    disks.forEach(SmallDisk::empty);
    topology.etcd().stream()
        .map(EtcdMember::daemon)
        .filter(member -> !member.alive())
        .forEach(Daemon::start);
    topology.awaitAnswers(topology.nodes(), WWW, STANDBY);
    topology.primaryServer().broken(false);
    topology.awaitAnswers(topology.nodes(), WWW, PRIMARY);
    topology.assertAnswers(topology.nodes(), WWW, mark, PRIMARY, STANDBY, PRIMARY);
    topology.assertAnswers(topology.nodes(), MANUAL, mark, PRIMARY, STANDBY);
  }

  /// Somebody else's writes make the store grow until there is no room for it. With two members
  /// gone the last one takes no writes any more and lives on.
  private static void writeUntilEnded(EtcdMember through, List<EtcdMember> full) {
    String text = "x".repeat(100_000);
    int enough = Math.min(full.size(), 2);
    ClusterTopology.await("etcd's members to end for want of room")
        .until(() -> {
          var _ = through.attempt("put", "/filling", text);
          return full.stream().filter(member -> !member.daemon().alive()).count() >= enough;
        });
  }
}
