package detour.server.publish;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.FencePolicy;
import detour.failover.model.FencePolicy.Hook;
import detour.failover.model.FencePolicy.Outcome;
import detour.failover.model.Safeguards;
import detour.failover.safety.FenceState;
import detour.failover.safety.FenceState.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Failovers that wait for their fence.
class FencesTest {
  private static final String NAME = "www.example.com";
  private static final String AMS = "192.0.2.1";
  private static final String FRA = "198.51.100.1";

  private final List<Fencing.Order> orders = Collections.synchronizedList(new ArrayList<>());
  private final List<CompletableFuture<FenceState>> hooks =
      Collections.synchronizedList(new ArrayList<>());
  private PublishWorld world = world(Outcome.HOLD);

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void shouldStayUntilTheFenceStandsAndThenMove() throws Exception {
    start(Outcome.HOLD);
    world.dies(AMS);
    assertThat(world.answer(NAME)).containsExactly(AMS);
    assertThat(world.ttl(NAME)).as("the least TTL").isEqualTo(5);
    assertThat(world.track(NAME).status()).hasToString("FENCING");
    assertThat(orders).singleElement().extracting(Fencing.Order::to).isEqualTo("fra");
    ends(Stage.STOOD, "");
    assertThat(world.answer(NAME)).containsExactly(FRA);
    world.settle();
    assertThat(orders).as("once").hasSize(1);
  }

  @Test
  void shouldHoldAfterAFailureAndTryAgain() throws Exception {
    start(Outcome.HOLD);
    world.dies(AMS);
    ends(Stage.FAILED, "exit status 1");
    assertThat(world.answer(NAME)).containsExactly(AMS);
    assertThat(world.track(NAME).reason()).contains("exit status 1");
    world.advance(Duration.ofSeconds(20));
    assertThat(orders).hasSize(2);
    ends(Stage.STOOD, "");
    assertThat(world.answer(NAME)).containsExactly(FRA);
  }

  @Test
  void shouldMoveWithoutAFenceWhereThePolicySaysSo() throws Exception {
    start(Outcome.PROCEED);
    world.dies(AMS);
    ends(Stage.TIMED_OUT, "ended after 10000 ms");
    assertThat(world.answer(NAME)).containsExactly(FRA);
    assertThat(told()).anyMatch(event -> event.contains("the policy lets"));
  }

  @Test
  void shouldStayWhenThePoolRecoversFirstAndFenceAnewTheNextTime() throws Exception {
    start(Outcome.HOLD);
    world.dies(AMS);
    world.recovers(AMS);
    ends(Stage.STOOD, "");
    assertThat(world.answer(NAME)).containsExactly(AMS);
    world.advance(Duration.ofMinutes(2));
    world.dies(AMS);
    assertThat(world.answer(NAME)).containsExactly(AMS);
    assertThat(orders).hasSize(2);
  }

  @Test
  void shouldNotFenceAFailback() throws Exception {
    start(Outcome.HOLD);
    world.dies(AMS);
    ends(Stage.STOOD, "");
    world.recovers(AMS);
    world.advance(Duration.ofSeconds(30));
    assertThat(world.answer(NAME)).containsExactly(AMS);
    assertThat(orders).hasSize(1);
  }

  private void ends(Stage stage, String detail) throws Exception {
    hooks.getLast().complete(new FenceState(stage, world.time.now(), "here", detail));
    world.settle();
  }

  private void start(Outcome outcome) throws Exception {
    world = world(outcome).started();
    world.passes(AMS);
    world.passes(FRA);
  }

  private PublishWorld world(Outcome outcome) {
    FencePolicy policy =
        new FencePolicy(
            new Hook.Command(List.of("/bin/true")),
            Duration.ofSeconds(10),
            outcome,
            outcome,
            Duration.ofSeconds(20));
    Fencing fencing =
        order -> {
          orders.add(order);
          CompletableFuture<FenceState> hook = new CompletableFuture<>();
          hooks.add(hook);
          return hook;
        };
    return PublishWorld.guarded(
        new Safeguards(List.of(), Set.of(), Map.of(NAME, policy)),
        fencing,
        Declared.service(NAME, Declared.pool("ams", AMS), Declared.pool("fra", FRA)));
  }

  private List<String> told() {
    return world.journal.events().stream()
        .map(event -> event.kind() + " " + event.to() + " " + event.reason())
        .toList();
  }
}
