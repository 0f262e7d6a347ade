package detour.systemtest;

import static detour.systemtest.ClusterTopology.MANUAL;
import static detour.systemtest.ClusterTopology.PRIMARY;
import static detour.systemtest.ClusterTopology.STANDBY;
import static detour.systemtest.ClusterTopology.WWW;
import static detour.systemtest.GuardedServices.APPROVED;
import static detour.systemtest.GuardedServices.FENCED;
import static detour.systemtest.GuardedServices.PAIR;
import static detour.systemtest.GuardedServices.RULE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A node of the cluster is lost: the others go on, and it takes up what they agreed on when it is
/// back. And what keeps operators from harm holds across nodes, with one of them lost too.
class ClusterNodeLossTest {
  @RegisterExtension static final Stage STAGE = Stage.forClass();

  private static ClusterTopology topology;
  private static GuardedServices guarded;

  private DetourNode lost;
  private List<DetourNode> others;
  private long mark;

  @BeforeAll
  static void start() {
    topology = ClusterTopology.declared(STAGE);
    guarded = GuardedServices.in(topology, STAGE);
    topology.startNodes();
  }

  @BeforeEach
  void restore() {
    mark = topology.restore();
    lost = topology.node(2);
    others = topology.nodesBut(lost);
  }

  @Test
  void shouldGoOnWithoutANodeThatIsKilledAndTakeItBackIn() {
    lost.daemon().kill();
    awaitLost();
    long failed = AnswerLog.mark();
    topology.primaryServer().kill();
    topology.assertPromptFailover(others, "without the node that was killed", failed);

    long restarted = AnswerLog.mark();
    lost.daemon().start();
    topology.awaitAnswers(List.of(lost), WWW, STANDBY);
    topology.primaryServer().start();
    topology.awaitAnswers(topology.nodes(), WWW, PRIMARY);
    topology.assertAnswers(others, WWW, mark, PRIMARY, STANDBY, PRIMARY);
    // It was not there to see the failover: until it has heard of it, it goes on as it ended.
    assertThat(topology.answers().answers(lost, WWW, restarted))
        .isSubsetOf(PRIMARY, STANDBY)
        .hasSizeLessThanOrEqualTo(3)
        .endsWith(STANDBY, PRIMARY);
  }

  @Test
  void shouldGoOnWithoutANodeThatIsPausedForLongerThanItsLease() {
    lost.daemon().pause();
    awaitLost();
    long failed = AnswerLog.mark();
    topology.primaryServer().broken(true);
    topology.assertPromptFailover(others, "without the node that is paused", failed);

    lost.daemon().resume();
    topology.awaitAnswers(List.of(lost), WWW, STANDBY);
    topology.primaryServer().broken(false);
    topology.awaitAnswers(topology.nodes(), WWW, PRIMARY);
    topology.assertAnswers(others, WWW, mark, PRIMARY, STANDBY, PRIMARY);
    assertThat(topology.answers().answers(lost, WWW, mark))
        .containsExactly(PRIMARY, STANDBY, PRIMARY);
  }

  /// Each in its turn, as for an upgrade, while a failback waits for an operator.
  @Test
  void shouldAnswerTheSameWhileEachNodeIsRestartedInTurn() {
    topology.primaryServer().broken(true);
    topology.assertPromptFailover(topology.nodes(), "before the restarts", mark);
    topology.primaryServer().broken(false);
    topology.awaitAnswers(topology.nodes(), WWW, PRIMARY);
    long since = AnswerLog.mark();
    for (DetourNode node : topology.nodes()) {
      node.daemon().stop();
      node.daemon().start();
      ClusterTopology.await(node.name() + " to be back, with a failback that waits")
          .until(() -> node.ready() && node.statusOf(MANUAL).equals("READY"));
      ClusterTopology.await(node.name() + " to be present for the others")
          .until(() ->
              topology.nodesBut(node).stream()
                  .allMatch(other -> other.presenceOf(node).equals("PRESENT")));
    }
    for (DetourNode node : topology.nodes()) {
      assertThat(topology.answers().answers(node, MANUAL, since)).containsExactly(STANDBY);
      assertThat(topology.answers().answers(node, WWW, since)).containsExactly(PRIMARY);
    }
  }

  @Test
  void shouldRevertADrillByItselfThoughTheNodeWhereItBeganIsKilled() {
    String target = WWW + "/primary";
    lost.post(
            "alice",
            "/api/v1/overrides",
            """
            {"target":"%s","state":"down","purpose":"drill","reason":"do we survive","for":"8s"}
            """
                .formatted(target))
        .requireSuccess();
    Instant expires = Instant.parse(lost.said(target).path("expires").asString());
    topology.awaitAnswers(topology.nodes(), WWW, STANDBY);

    lost.daemon().kill();
    topology.awaitAnswers(others, WWW, PRIMARY);
    assertThat(Instant.now()).isAfterOrEqualTo(expires);
    topology.assertAnswers(others, WWW, mark, PRIMARY, STANDBY, PRIMARY);
    for (DetourNode node : others) {
      assertThat(node.events("drill").getLast().path("to").asString()).isEqualTo("ended");
    }
  }

  @Test
  void shouldLetOneOfTwoOperatorsAtTwoNodesTakeOutWhatARuleKeeps() {
    List<DetourNode> asked = List.of(topology.node(0), topology.node(1));
    List<String> targets = List.of(PAIR + "/primary/p1", PAIR + "/primary/p2");
    List<CompletableFuture<Command.Output>> answers =
        Stream.of(0, 1)
            .map(i ->
                CompletableFuture.supplyAsync(() -> drain("alice", asked.get(i), targets.get(i))))
            .toList();
    List<Integer> done =
        Stream.of(0, 1).filter(i -> answers.get(i).join().exitCode() == 0).toList();
    assertThat(done).as(answers.toString()).hasSize(1);
    String drained = targets.get(done.getFirst());
    int refused = 1 - done.getFirst();

    assertThat(answers.get(refused).join().out())
        .contains("the safety rule " + RULE + " forbids it");
    awaitOnAll("one is drained", node -> !node.said(drained).isMissingNode());
    assertThat(topology.nodes()).allMatch(node -> node.said(targets.get(refused)).isMissingNode());

    asked.get(refused).cli("clear", drained).requireSuccess();
    awaitOnAll("nothing is drained", node -> node.said(drained).isMissingNode());
    drain("alice", asked.get(refused), targets.get(refused)).requireSuccess();
    asked.get(refused).cli("clear", targets.get(refused)).requireSuccess();
  }

  @Test
  void shouldTakeAnApprovalAtAnotherNodeThanWasAsked() {
    String target = APPROVED + "/primary";
    drain("alice", topology.node(0), target).requireSuccess();
    awaitOnAll("it waits", node -> node.said(target).path("awaited").asBoolean());
    assertThat(topology.nodes()).allMatch(node -> node.statusOf(APPROVED).equals("SERVING"));

    String approval = "{\"target\":\"%s\"}".formatted(target);
    Command.Output own = topology.node(1).post("alice", "/api/v1/overrides/approve", approval);
    assertThat(own.exitCode()).isNotZero();
    assertThat(own.out()).contains("somebody else must approve it");
    topology.node(1).post("bob", "/api/v1/overrides/approve", approval).requireSuccess();
    awaitOnAll("it is in force", node -> node.statusOf(APPROVED).equals("FAILED_OVER"));
    assertThat(topology.node(0).said(target).path("approver").asString()).startsWith("bob");

    topology.node(2).cli("clear", target).requireSuccess();
  }

  @Test
  void shouldRaiseTheFenceOnceForAllNodes() throws IOException {
    Files.deleteIfExists(guarded.raised());
    topology.primaryServer().broken(true);
    awaitOnAll("behind the fence", node -> node.statusOf(FENCED).equals("FAILED_OVER"));
    assertThat(Files.readAllLines(guarded.raised())).containsExactly(FENCED + " primary standby");
    assertThat(topology.nodes())
        .as("each waited for it")
        .allMatch(node ->
            node.events("fence").stream()
                .anyMatch(event -> event.path("to").asString().equals("stands")));
  }

  private static Command.Output drain(String author, DetourNode node, String target) {
    return node.post(
        author,
        "/api/v1/overrides",
        "{\"target\":\"%s\",\"state\":\"drain\",\"reason\":\"new kernel\"}".formatted(target));
  }

  private static void awaitOnAll(String what, Predicate<DetourNode> condition) {
    ClusterTopology.await(what + " on every node")
        .until(() -> topology.nodes().stream().allMatch(condition));
  }

  private void awaitLost() {
    ClusterTopology.await("the others to find it absent")
        .until(() -> others.stream().allMatch(node -> node.presenceOf(lost).equals("ABSENT")));
  }
}
