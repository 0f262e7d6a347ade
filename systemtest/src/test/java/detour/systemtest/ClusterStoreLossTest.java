package detour.systemtest;

import static detour.systemtest.ClusterTopology.MANUAL;
import static detour.systemtest.ClusterTopology.PRIMARY;
import static detour.systemtest.ClusterTopology.STANDBY;
import static detour.systemtest.ClusterTopology.WWW;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The etcd between the nodes fails, in part or as a whole: every node goes on answering, and what
/// needs agreement waits until it is back.
class ClusterStoreLossTest {
  @RegisterExtension static final Stage STAGE = Stage.forClass();

  private static final String QUOTA_BYTES = Integer.toString(4 << 20);

  private static ClusterTopology topology;

  private List<DetourNode> all;
  private long mark;

  /// The ways of the last node to etcd.
  private static List<DelayingForwarder> ways;

  @BeforeAll
  static void start() {
    topology = ClusterTopology.declared(STAGE, "--quota-backend-bytes", QUOTA_BYTES);
    DetourNode slow = topology.nodes().getLast();
    ways = topology.etcd().stream().map(member -> way(slow, member)).toList();
    String endpoints =
        ways.stream().map(way -> '"' + way.endpoint() + '"').collect(Collectors.joining(", "));
    slow.configure("both", topology.configurationWith(endpoints, "ams1, fra1, nyc1", ""));
    topology.startNodes();
  }

  private static DelayingForwarder way(DetourNode from, EtcdMember to) {
    int port = EtcdMember.CLIENT_PORT + 1 + topology.etcd().indexOf(to);
    return STAGE.closing(new DelayingForwarder(from.place(), port, to.address()));
  }

  @BeforeEach
  void restore() {
    ways.forEach(way -> way.delay(Duration.ZERO));
    mark = topology.restore();
    all = topology.nodes();
  }

  /// How the leader of etcd is lost.
  enum Loss {
    KILLED {
      @Override
      void happen(Daemon leader) {
        leader.kill();
      }

      @Override
      void end(Daemon leader) {
        leader.start();
      }
    },
    PAUSED {
      @Override
      void happen(Daemon leader) {
        leader.pause();
      }

      @Override
      void end(Daemon leader) {
        leader.resume();
      }
    };

    abstract void happen(Daemon leader);

    abstract void end(Daemon leader);
  }

  @ParameterizedTest
  @EnumSource
  void shouldDecideAsEverWhileTheLeaderOfEtcdIsLost(Loss loss) {
    Daemon leader = leader().daemon();
    loss.happen(leader);
    topology.primaryServer().broken(true);
    topology.awaitAnswers(all, WWW, STANDBY);
    topology.primaryServer().broken(false);
    topology.awaitAnswers(all, WWW, PRIMARY);
    loss.end(leader);
    topology.restore();
    topology.assertAnswers(all, WWW, mark, PRIMARY, STANDBY, PRIMARY);
    topology.assertAnswers(all, MANUAL, mark, PRIMARY, STANDBY, PRIMARY);
  }

  /// While they last the opinions of the others count: with one that was down before, those that
  /// see the endpoint fail have a majority. The one that was blind itself has heard of no other.
  @Test
  void shouldFailOverByOwnProbesAndLastOpinionsAndStartFromItsStoreWhileEtcdIsGone() {
    DetourNode blind = topology.node(1);
    List<DetourNode> seeing = topology.nodesBut(blind);
    topology.network().cut(topology.primary(), List.of(blind.place()));
    ClusterTopology.await("every node to know one vote that is down")
        .until(() -> all.stream().allMatch(node -> downVotes(node) == 1));
    loseEtcd();
    long failed = AnswerLog.mark();
    topology.primaryServer().broken(true);
    topology.assertPromptFailover(seeing, "by own probes and last opinions, without etcd", failed);
    awaitFrozen(all);
    topology.assertAnswers(List.of(blind), WWW, mark, PRIMARY);

    DetourNode restarted = seeing.getFirst();
    restarted.daemon().kill();
    long start = AnswerLog.mark();
    restarted.daemon().start();
    topology.answers().await(restarted, WWW, STANDBY);
    ClusterTopology.letPass(Duration.ofSeconds(3));
    assertThat(topology.answers().answers(restarted, WWW, start)).containsExactly(STANDBY);
    assertThat(restarted.cli("down", WWW + "/standby", "--reason", "test").exitCode()).isNotZero();

    bringBackEtcd();
    topology.awaitAnswers(all, WWW, STANDBY);
    topology.network().mend();
    topology.primaryServer().broken(false);
    topology.awaitAnswers(all, WWW, PRIMARY);
    topology.assertAnswers(List.of(blind), WWW, mark, PRIMARY, STANDBY, PRIMARY);
    assertThat(topology.answers().answers(restarted, WWW, mark))
        .containsExactly(PRIMARY, STANDBY, PRIMARY);
  }

  @Test
  void shouldNeitherMoveNorFlapWhenEtcdGoesAndReturns() {
    loseEtcd();
    awaitFrozen(all);
    topology.primaryServer().broken(true);
    ClusterTopology.await("every node to see it fail by its own probes")
        .until(() -> all.stream().allMatch(node -> downVotes(node) == 1));
    ClusterTopology.letPass(Duration.ofSeconds(2));
    topology.assertAnswers(all, WWW, mark, PRIMARY);

    // What all saw meanwhile counts when they can tell each other.
    bringBackEtcd();
    topology.awaitAnswers(all, WWW, STANDBY);
    topology.primaryServer().broken(false);
    topology.awaitAnswers(all, WWW, PRIMARY);
    topology.assertAnswers(all, WWW, mark, PRIMARY, STANDBY, PRIMARY);
  }

  @Test
  void shouldCatchUpWhenEtcdForgotWhatHappenedWhileANodeWasCutOff() {
    DetourNode away = topology.node(0);
    topology.network().cut(away.place(), topology.etcdPlaces());
    topology.primaryServer().broken(true);
    topology.awaitAnswers(topology.nodesBut(away), WWW, STANDBY);
    EtcdMember member = topology.etcd().getLast();
    ClusterTopology.letPass(Duration.ofSeconds(2));
    member.control("compact", Long.toString(member.revision()));
    topology.network().mend();
    topology.awaitAnswers(List.of(away), WWW, STANDBY);
    topology.primaryServer().broken(false);
    topology.awaitAnswers(all, WWW, PRIMARY);
    topology.assertAnswers(all, WWW, mark, PRIMARY, STANDBY, PRIMARY);
  }

  @Test
  void shouldKeepItsAnswersWhileEtcdHasNoSpaceLeftAndGoOnWhenItHas() {
    EtcdMember member = topology.etcd().getFirst();
    fill(member);
    ClusterTopology.await("every node to be told that etcd takes no writes")
        .until(() -> all.stream().allMatch(node -> trouble(node).contains("space")));
    Command.Output refused = all.getFirst().cli("drain", WWW + "/standby", "--reason", "test");
    assertThat(refused.exitCode()).as(refused.all()).isNotZero();
    assertThat(refused.all()).contains("space");
    topology.primaryServer().broken(true);
    awaitFrozen(all);
    topology.assertAnswers(all, WWW, mark, PRIMARY);

    empty(member);
    topology.awaitAnswers(all, WWW, STANDBY);
    topology.primaryServer().broken(false);
    topology.awaitAnswers(all, WWW, PRIMARY);
    topology.assertAnswers(all, WWW, mark, PRIMARY, STANDBY, PRIMARY);
  }

  /// First slowly, which it can live with, then too slowly, which is as if it were gone.
  @Test
  void shouldDecideOverASlowWayAndTakeOneThatIsTooSlowForNone() {
    DetourNode slow = all.getLast();
    ways.forEach(way -> way.delay(Duration.ofMillis(250)));
    topology.primaryServer().broken(true);
    topology.assertPromptFailover(all, "with half a second between a node and etcd", mark);

    ways.forEach(way -> way.delay(Duration.ofMillis(1_500)));
    ClusterTopology.await("the others to find it absent")
        .until(() -> all.getFirst().presenceOf(slow).equals("ABSENT"));
    topology.primaryServer().broken(false);
    topology.awaitAnswers(topology.nodesBut(slow), WWW, PRIMARY);
    awaitFrozen(List.of(slow));
    topology.assertAnswers(List.of(slow), WWW, mark, PRIMARY, STANDBY);

    ways.forEach(way -> way.delay(Duration.ZERO));
    topology.awaitAnswers(all, WWW, PRIMARY);
    topology.assertAnswers(all, WWW, mark, PRIMARY, STANDBY, PRIMARY);
  }

  @Test
  void shouldTakeUpItsPlaceAgainWhenItsLeaseWasEndedOrItsKeysWereDeleted() {
    EtcdMember member = topology.etcd().getFirst();
    topology.primaryServer().broken(true);
    topology.awaitAnswers(all, WWW, STANDBY);
    member
        .control("lease", "list")
        .lines()
        .filter(line -> line.matches("[0-9a-f]{8,16}"))
        .forEach(lease -> member.attempt("lease", "revoke", lease));
    awaitPresent();
    member.control("del", "--prefix", "/detour");
    awaitPresent();
    topology.primaryServer().broken(false);
    topology.awaitAnswers(all, WWW, PRIMARY);
    topology.assertAnswers(all, WWW, mark, PRIMARY, STANDBY, PRIMARY);
  }

  private void awaitPresent() {
    ClusterTopology.await("every node to be present for every other")
        .until(() ->
            all.stream()
                .allMatch(node ->
                    all.stream().allMatch(other -> node.presenceOf(other).equals("PRESENT"))));
  }

  private static EtcdMember leader() {
    ClusterTopology.await("etcd to have a leader")
        .until(() -> topology.etcd().stream().anyMatch(EtcdMember::leads));
    return topology.etcd().stream().filter(EtcdMember::leads).findFirst().orElseThrow();
  }

  private static void loseEtcd() {
    topology.etcd().forEach(member -> member.daemon().kill());
  }

  private static void bringBackEtcd() {
    topology.etcd().forEach(member -> member.daemon().start());
  }

  /// Writes until etcd raises its alarm.
  private static void fill(EtcdMember member) {
    String megabyte = "x".repeat(100_000);
    ClusterTopology.await("etcd to be full")
        .until(() -> member.attempt("put", "/filling", megabyte).all().contains("space exceeded"));
  }

  private static void empty(EtcdMember member) {
    member.control("compact", Long.toString(member.revision()));
    topology.etcd().forEach(each -> each.control("defrag"));
    member.control("alarm", "disarm");
  }

  private static String trouble(DetourNode node) {
    return node.cluster().path("trouble").asString();
  }

  /// The votes that are down of those that this node knows, for the primary endpoint.
  private static long downVotes(DetourNode node) {
    return node.votes(WWW, PRIMARY).filter(vote -> vote.health().equals("DOWN")).count();
  }

  private static void awaitFrozen(List<DetourNode> nodes) {
    ClusterTopology.await("every node to say that its verdicts are frozen")
        .until(() ->
            nodes.stream()
                .allMatch(
                    node -> node.alarms().stream().anyMatch(alarm -> alarm.contains("frozen"))));
  }
}
