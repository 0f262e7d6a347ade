package detour.server.publish;

import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;
import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.answer.AnswerTable;
import detour.failover.model.Checks;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Until when resolvers may hold an endpoint, whatever is swapped in the meantime.
class HandOutsTest {
  private static final String WWW = "www.example.com";
  private static final String FIRST = "192.0.2.1";
  private static final String SECOND = "192.0.2.2";
  private static final Declared TWO_POOLS = service(WWW, pool("ams", FIRST), pool("fra", SECOND));

  private PublishWorld world = PublishWorld.of(TWO_POOLS).started();

  @AfterEach
  void close() {
    world.close();
  }

  /// Past the time in which answers of an earlier run may be held.
  private void forgetEarlierRuns() throws Exception {
    world.advance(Duration.ofMinutes(1));
  }

  private static Instant plusSeconds(Instant instant, int seconds) {
    return Instant.ofEpochMilli(instant.toEpochMilli()).plusSeconds(seconds);
  }

  @Test
  void shouldAssumeThatAnEarlierRunHandedOutEverything() {
    assertThat(world.heldUntil(WWW, SECOND)).isEqualTo(world.time.now().plusSeconds(30));
  }

  @Test
  void shouldKnowNothingHeldOfWhatWasNeverAnswered() throws Exception {
    forgetEarlierRuns();
    world.answer(WWW);

    assertThat(world.heldUntil(WWW, SECOND)).isNull();
  }

  @Test
  void shouldHoldADrainedEndpointUntilItsLastAnswerHasExpired() throws Exception {
    forgetEarlierRuns();
    world.answer(WWW);
    Instant asked = world.time.now();
    world.advance(Duration.ofSeconds(3));
    world.drain(WWW + "/ams", null);
    world.answer(WWW);

    assertThat(world.heldUntil(WWW, FIRST)).isEqualTo(plusSeconds(asked, 30));
    assertThat(world.heldUntil(WWW, SECOND)).isEqualTo(plusSeconds(world.time.now(), 30));

    world.advance(Duration.ofMinutes(5));
    assertThat(world.heldUntil(WWW, FIRST)).isEqualTo(plusSeconds(asked, 30));
  }

  @Test
  void shouldCountWhatIsAnsweredFromTheOldTableDuringASwap() throws Exception {
    forgetEarlierRuns();
    AnswerTable old = world.loop.table();
    world.drain(WWW + "/ams", null);
    world.advance(Duration.ofMillis(200));
    // A listener's batch goes on with the table that it began with.
    world.ask(old, WWW, "A");
    Instant asked = world.time.now();
    assertThat(world.heldUntil(WWW, FIRST)).isEqualTo(plusSeconds(asked, 30));

    world.clear(WWW + "/ams");
    world.advance(Duration.ofSeconds(5));
    world.drain(WWW + "/ams", null);
    world.advance(Duration.ofSeconds(5));
    world.clear(WWW + "/ams");

    assertThat(world.heldUntil(WWW, FIRST)).isEqualTo(plusSeconds(asked, 30));
  }

  @Test
  void shouldRememberTheLongerTtlOfAnEarlierAnswer() throws Exception {
    forgetEarlierRuns();
    world.passes(FIRST);
    world.answer(WWW);
    Instant settled = world.time.now();
    world.fails(FIRST);
    world.advance(Duration.ofSeconds(1));
    assertThat(world.ttl(WWW)).isEqualTo(5);

    assertThat(world.heldUntil(WWW, FIRST)).isEqualTo(plusSeconds(settled, 30));
    assertThat(world.endpoint(WWW, FIRST).lastHandedOut())
        .isEqualTo(plusSeconds(world.time.now(), 0));
  }

  @Test
  void shouldRememberWhatWasHandedOutBeforeAReload() throws Exception {
    forgetEarlierRuns();
    world.answer(WWW);
    Instant asked = world.time.now();
    world.advance(Duration.ofSeconds(2));

    world.reload(TWO_POOLS.ttl(Duration.ofSeconds(10)));

    assertThat(world.heldUntil(WWW, FIRST)).isEqualTo(plusSeconds(asked, 30));
  }

  @Test
  void shouldHoldEveryHostNameThatSharesAnAddress() throws Exception {
    world.close();
    world =
        PublishWorld.of(
                service("example.com", pool("cdn", Checks.NONE, "a.example.net", "b.example.net")))
            .started();
    forgetEarlierRuns();
    world.resolves("a.example.net", "203.0.113.8");
    world.resolves("b.example.net", "203.0.113.8");

    assertThat(world.answer("example.com")).containsExactly("203.0.113.8");

    Instant until = plusSeconds(world.time.now(), 30);
    assertThat(world.heldUntil("example.com", "a.example.net")).isEqualTo(until);
    assertThat(world.heldUntil("example.com", "b.example.net")).isEqualTo(until);
  }

  @Test
  void shouldCountEachRecordAcrossSwapsAndReloads() throws Exception {
    ask(3);
    world.drain(WWW + "/ams", null);
    ask(2);
    world.advance(Duration.ofSeconds(5));
    world.clear(WWW + "/ams");
    world.advance(Duration.ofMinutes(2));
    world.reload(TWO_POOLS.ttl(Duration.ofSeconds(10)));
    ask(4);

    assertThat(world.endpoint(WWW, FIRST).handedOutTimes()).isEqualTo(7);
    assertThat(world.endpoint(WWW, SECOND).handedOutTimes()).isEqualTo(2);
    assertThat(world.loop.state().services().getFirst().answers()).isEqualTo(9);
  }

  private void ask(int times) throws IOException {
    for (int i = 0; i < times; i++) {
      world.answer(WWW);
    }
  }
}
