package detour.server.publish;

import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import detour.failover.model.Checks;
import detour.failover.model.Service.Failback;
import detour.failover.model.WhenAllDown;
import detour.failover.opinion.Observation;
import detour.server.metrics.Counter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// From observations to answers, through the inbox and the published table.
class PublishLoopTest {
  private static final String WWW = "www.example.com";
  private static final String FIRST = "192.0.2.1";
  private static final String SECOND = "192.0.2.2";
  private static final Declared TWO_POOLS = service(WWW, pool("ams", FIRST), pool("fra", SECOND));

  private PublishWorld world = PublishWorld.of(TWO_POOLS);

  @AfterEach
  void close() {
    world.close();
  }

  private void begin(Declared... services) {
    world.close();
    world = PublishWorld.of(services).started();
  }

  @Test
  void shouldAnswerThePrimaryBeforeAnyResult() throws Exception {
    assertThat(world.answer(WWW)).containsExactly(FIRST);
    assertThat(world.answer(WWW, "AAAA")).isEmpty();
    assertThat(world.extendedError(WWW)).isNull();
  }

  @Test
  void shouldSaveAndTellTheStartWithoutWaitingForAMessage() {
    List<String> told = new CopyOnWriteArrayList<>();
    world.loop.listen(event -> told.add(PublishWorld.text(event)));

    world.started();

    await().untilAsserted(() -> assertThat(told).containsExactly("start server: started"));
    assertThat(world.journal.events()).hasSize(1);
    assertThat(world.journal.load().selections()).containsKey(WWW + "/joint");
  }

  @Test
  void shouldMakeNoNewsOfWhatIsExpectedAtAFirstStart() throws Exception {
    world.started();
    world.passes(FIRST);
    world.passes(SECOND);

    assertThat(world.history()).isEmpty();
  }

  @Test
  void shouldFailOverWithTheDecidingObservationAlone() throws Exception {
    world.started();
    world.passes(FIRST);
    world.passes(SECOND);
    world.fails(FIRST);
    world.fails(FIRST);
    assertThat(world.answer(WWW)).containsExactly(FIRST);

    long now = world.time.time().nowNanos() + 1;
    world.loop.observed(
        Declared.target(FIRST), new Observation(false, "connection refused", now, now));

    // No clock moves and nothing else is said.
    await().untilAsserted(() -> assertThat(world.answer(WWW)).containsExactly(SECOND));
    world.settle();
    assertThat(world.history())
        .containsExactly(
            "endpoint www.example.com/ams/192.0.2.1: UP -> DOWN",
            "selection www.example.com: ams -> fra");
    assertThat(world.track(WWW).reason()).contains("ams is not available");
  }

  @Test
  void shouldSignalWhatIsPendingAndTakeItBack() throws Exception {
    world.started();
    assertThat(world.probes.targets()).containsExactly(FIRST, SECOND);
    world.passes(FIRST);
    assertThat(world.probes.signals()).isEmpty();

    world.fails(FIRST);
    assertThat(world.probes.signals()).containsExactly(FIRST + " pending");

    world.passes(FIRST);
    assertThat(world.probes.signals()).containsExactly(FIRST + " pending", FIRST + " settled");
  }

  @Test
  void shouldShortenTheTtlWhileAFailureIsPending() throws Exception {
    world.started();
    world.passes(FIRST);
    assertThat(world.ttl(WWW)).isEqualTo(30);

    world.fails(FIRST);
    assertThat(world.ttl(WWW)).isEqualTo(5);

    world.passes(FIRST);
    assertThat(world.ttl(WWW)).isEqualTo(30);
  }

  @Test
  void shouldFailBackByItselfAndCountTheTtlDownToThatMoment() throws Exception {
    world.started();
    world.passes(SECOND);
    world.dies(FIRST);
    world.recovers(FIRST);

    assertThat(world.answer(WWW)).containsExactly(SECOND);
    assertThat(world.track(WWW).status()).isEqualTo("FAILING_BACK");
    assertThat(world.ttl(WWW)).isEqualTo(30);
    world.advance(Duration.ofSeconds(10));
    assertThat(world.ttl(WWW)).isEqualTo(20);
    world.advance(Duration.ofSeconds(18));
    assertThat(world.ttl(WWW)).isEqualTo(5);
    world.advance(Duration.ofSeconds(2));

    assertThat(world.answer(WWW)).containsExactly(FIRST);
    assertThat(world.ttl(WWW)).isEqualTo(30);
    assertThat(world.track(WWW).status()).isEqualTo("SERVING");
  }

  @Test
  void shouldFailBackWhenItsTimeComesThoughNothingIsSaid() throws Exception {
    world.started();
    world.passes(SECOND);
    world.dies(FIRST);
    world.recovers(FIRST);
    // 200 ms are left by the clock that the loop waits by.
    world.advance(Duration.ofMillis(29_800));
    assertThat(world.answer(WWW)).containsExactly(SECOND);

    world.time.advance(Duration.ofMillis(200));

    await().untilAsserted(() -> assertThat(world.answer(WWW)).containsExactly(FIRST));
  }

  @Test
  void shouldWaitForApprovalWhereFailbackIsManual() throws Exception {
    begin(TWO_POOLS.failback(Failback.MANUAL));
    world.passes(SECOND);
    world.dies(FIRST);
    world.recovers(FIRST);
    world.advance(Duration.ofHours(1));

    assertThat(world.answer(WWW)).containsExactly(SECOND);
    assertThat(world.track(WWW).status()).isEqualTo("READY");

    world.done(new Command.ApproveFailback(WWW, "ann"));

    assertThat(world.answer(WWW)).containsExactly(FIRST);
    assertThat(world.history())
        .endsWith(
            "failback www.example.com: approved",
            "selection www.example.com: fra, ready to fail back -> ams");
  }

  @Test
  void shouldRefuseAnApprovalThatNothingWaitsFor() {
    world.started();

    assertThatThrownBy(() -> world.done(new Command.ApproveFailback(WWW, "ann")))
        .isInstanceOf(CommandRefused.class)
        .hasMessageContaining("no failback of www.example.com waits");
  }

  @Test
  void shouldSayWhichLastResortApplies() throws Exception {
    world.started();
    world.dies(FIRST);
    world.dies(SECOND);

    assertThat(world.answer(WWW)).containsExactly(FIRST);
    assertThat(world.extendedError(WWW))
        .isEqualTo("www.example.com: no pool is available: the whole first pool is answered");
    assertThat(world.loop.state().alarms()).singleElement().asString().startsWith(WWW);

    world.recovers(SECOND);
    assertThat(world.answer(WWW)).containsExactly(SECOND);
    assertThat(world.extendedError(WWW)).isNull();
  }

  @Test
  void shouldAnswerAnAddressOnceThoughTwoPoolsHaveIt() throws Exception {
    begin(
        service(WWW, pool("ams", FIRST, SECOND), pool("fra", SECOND))
            .whenAllDown(new WhenAllDown.All()));
    world.dies(FIRST);
    world.dies(SECOND);

    assertThat(world.answer(WWW)).containsExactly(FIRST, SECOND);
  }

  @Test
  void shouldDecideTheFamiliesApartWhereTheyAreSeparate() throws Exception {
    begin(
        service(WWW, pool("ams", FIRST, "2001:db8::1"), pool("fra", SECOND, "2001:db8::2"))
            .separate());
    world.dies(FIRST);

    assertThat(world.answer(WWW)).containsExactly(SECOND);
    assertThat(world.answer(WWW, "AAAA")).containsExactly("2001:db8:0:0:0:0:0:1");
    assertThat(world.service(WWW).tracks())
        .extracting(track -> track.family() + " " + track.pool())
        .containsExactly("ipv4 fra", "ipv6 ams");
    assertThat(world.history()).endsWith("selection www.example.com (ipv4): ams -> fra");
  }

  @Test
  void shouldAnswerAnAliasWhereOneMayStand() throws Exception {
    begin(service(WWW, pool("cdn", Checks.NONE, "edge.example.net")));

    assertThat(world.answer(WWW)).containsExactly("edge.example.net.");
    assertThat(world.answer(WWW, "AAAA")).containsExactly("edge.example.net.");
    assertThat(world.probes.hostNames()).containsExactly("edge.example.net");
  }

  @Test
  void shouldFlattenAHostNameWhereNoAliasMayStand() throws Exception {
    begin(service("example.com", pool("cdn", Checks.NONE, "edge.example.net")));
    assertThat(world.answer("example.com")).containsExactly("SERVFAIL");
    assertThat(world.extendedError("example.com")).contains("no address of its host name is known");

    world.resolves("edge.example.net", "203.0.113.9", "203.0.113.8");
    assertThat(world.answer("example.com")).containsExactly("203.0.113.8", "203.0.113.9");
    assertThat(world.answer("example.com", "AAAA")).isEmpty();
    assertThat(world.extendedError("example.com")).isNull();
  }

  @Test
  void shouldFailOverFromAHostNameWithoutAddressesToAPoolThatHasThem() throws Exception {
    begin(
        service("example.com", pool("cdn", Checks.NONE, "edge.example.net"), pool("fra", SECOND)));

    assertThat(world.answer("example.com")).containsExactly(SECOND);
  }

  @Test
  void shouldFlattenAHostNameWhereTheFamiliesAreSeparate() throws Exception {
    begin(service(WWW, pool("cdn", Checks.NONE, "edge.example.net")).separate());
    assertThat(world.answer(WWW)).containsExactly("SERVFAIL");
    assertThat(world.answer(WWW, "AAAA")).containsExactly("SERVFAIL");

    world.resolves("edge.example.net", "203.0.113.8");

    assertThat(world.answer(WWW)).containsExactly("203.0.113.8");
    assertThat(world.answer(WWW, "AAAA")).isEmpty();
  }

  @Test
  void shouldDropWhatIsObservedOfNothingThatIsConfigured() throws Exception {
    world.started();
    world.fails("198.51.100.77");

    assertThat(world.metrics.value(Counter.OBSERVATIONS_DROPPED)).isEqualTo(1);
    assertThat(world.answer(WWW)).containsExactly(FIRST);
  }

  @Test
  void shouldGoOnTellingWhenAListenerFails() throws Exception {
    List<String> told = new CopyOnWriteArrayList<>();
    world.loop.listen(event -> {
      throw new IllegalStateException("this listener is broken");
    });
    world.loop.listen(event -> told.add(event.kind()));
    world.started();
    world.dies(FIRST);

    await().untilAsserted(() -> assertThat(told).contains("start", "endpoint", "selection"));
  }

  @Test
  void shouldKeepTheAnswersAndTryAgainWhenOneServiceCannotBeJudged() throws Exception {
    // More addresses than fit into any message.
    String[] many = new String[2_001];
    for (int i = 0; i < many.length; i++) {
      many[i] = "10.0." + (i / 256) + "." + (i % 256);
    }
    String apex = "example.com";
    begin(service(apex, pool("cdn", Checks.NONE, "edge.example.net")), TWO_POOLS);
    world.resolves("edge.example.net", "203.0.113.8");

    world.resolves("edge.example.net", many);
    assertThat(world.answer(apex)).containsExactly("203.0.113.8");
    assertThat(world.metrics.value(Counter.PUBLISH_FAILURES)).isPositive();

    world.dies(FIRST);
    assertThat(world.answer(WWW)).containsExactly(SECOND);

    world.resolves("edge.example.net", "203.0.113.9");
    assertThat(world.answer(apex)).containsExactly("203.0.113.9");
  }
}
