package detour.server.publish;

import static detour.server.publish.Declared.CHECK;
import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Check;
import detour.failover.model.CheckRule;
import detour.failover.model.CheckRule.AtLeast;
import detour.failover.model.CheckRule.DependsOn;
import detour.failover.model.CheckRule.Not;
import detour.failover.model.CheckRule.Of;
import detour.failover.model.CheckRule.ServiceUp;
import detour.failover.model.Checks;
import detour.failover.model.ProbeOptions;
import detour.failover.model.ProbeTarget;
import detour.failover.model.WhenAllDown;
import detour.server.metrics.Counter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Checks that ask for services, and checks that depend on others, from the probe to the answer.
class DependenciesTest {
  private static final String WWW = "www.example.com";
  private static final String SHOP = "shop.example.com";
  private static final String DB = "db.example.com";
  private static final String ONE = "192.0.2.1";
  private static final String TWO = "192.0.2.2";
  private static final String STANDBY = "192.0.2.3";
  private static final String DATABASE = "192.0.2.9";
  private static final String ROUTER = "192.0.2.254";

  private static final Check GATEWAY = targeting(ROUTER);
  private static final ProbeTarget GATEWAY_TARGET =
      ProbeTarget.of(GATEWAY, Declared.destination(ONE));
  private static final Checks BEHIND_THE_GATEWAY =
      new Checks(new DependsOn(new Of(0), new Of(1), "gateway"), List.of(CHECK, GATEWAY));
  private static final Checks ASKING_FOR_DB =
      new Checks(new AtLeast(2, List.of(new Of(0), new ServiceUp(DB))), List.of(CHECK));

  private PublishWorld world = PublishWorld.of();

  @AfterEach
  void end() {
    world.close();
  }

  @Test
  void shouldFailOverWithTheServiceThatItsCheckAsksFor() throws Exception {
    begin(
        service(WWW, pool("ams", ASKING_FOR_DB, ONE), pool("fra", Checks.NONE, STANDBY)),
        service(DB, pool("only", DATABASE)));
    world.passes(ONE);
    world.passes(DATABASE);
    assertThat(world.answer(WWW)).containsExactly(ONE);

    world.fails(DATABASE);
    world.fails(DATABASE);
    assertThat(world.answer(WWW)).containsExactly(ONE);
    long tables = world.metrics.value(Counter.ANSWER_TABLES_PUBLISHED);
    world.fails(DATABASE);

    assertThat(world.answer(WWW)).containsExactly(STANDBY);
    assertThat(world.metrics.value(Counter.ANSWER_TABLES_PUBLISHED))
        .as("both in one batch")
        .isEqualTo(tables + 1);
    assertThat(world.endpoint(WWW, ONE).healthReason())
        .isEqualTo("here says DOWN: all of (tcp :80: UP, service db.example.com: DOWN)");
  }

  @Test
  void shouldLowerTheTtlWhileTheServiceThatItAsksForIsAboutToChange() throws Exception {
    begin(
        service(WWW, pool("ams", ASKING_FOR_DB, ONE), pool("fra", Checks.NONE, STANDBY)),
        service(DB, pool("only", DATABASE)));
    world.passes(ONE);
    world.passes(DATABASE);
    assertThat(world.ttl(WWW)).isEqualTo(30);

    world.fails(DATABASE);
    assertThat(world.ttl(WWW)).isEqualTo(5);

    world.passes(DATABASE);
    assertThat(world.ttl(WWW)).isEqualTo(30);
  }

  @Test
  void shouldNotBeUnsettledByAServiceThatOthersHoldUp() throws Exception {
    begin(
        service(WWW, pool("ams", ASKING_FOR_DB, ONE), pool("fra", Checks.NONE, STANDBY)),
        service(DB, pool("only", DATABASE, TWO)));
    world.passes(ONE);
    world.passes(DATABASE);
    world.passes(TWO);

    world.fails(DATABASE);

    assertThat(world.ttl(WWW)).isEqualTo(30);
  }

  @Test
  void shouldServeAPageWhileAnotherServiceIsNotUp() throws Exception {
    Checks whenDbIsDown = new Checks(new Not(new ServiceUp(DB)), List.of());
    begin(
        service(WWW, pool("sorry", whenDbIsDown, STANDBY), pool("ams", Checks.NONE, ONE)),
        service(DB, pool("only", DATABASE)));
    world.passes(DATABASE);
    assertThat(world.answer(WWW)).containsExactly(ONE);
  }

  @Test
  void shouldJudgeAtTheStartInTheOrderOfAsking() throws Exception {
    begin(
        service(WWW, pool("ams", ASKING_FOR_DB, ONE), pool("fra", Checks.NONE, STANDBY)),
        service(DB, pool("only", DATABASE)));
    world.passes(ONE);
    world.dies(DATABASE);

    world.reload(
        service(WWW, pool("ams", ASKING_FOR_DB, ONE), pool("fra", Checks.NONE, STANDBY)),
        service(DB, pool("only", DATABASE)).whenAllDown(new WhenAllDown.All()));

    assertThat(world.answer(WWW)).containsExactly(STANDBY);
  }

  @Test
  void shouldTakeEveryDependentDownAtOnceAndTellOnce() throws Exception {
    begin(
        service(WWW, pool("ams", BEHIND_THE_GATEWAY, ONE), pool("fra", Checks.NONE, STANDBY)),
        service(SHOP, pool("ams", BEHIND_THE_GATEWAY, TWO), pool("fra", Checks.NONE, STANDBY)));
    world.passes(ONE);
    world.passes(TWO);
    world.observe(GATEWAY_TARGET, true, "connected");

    gatewayDies();

    assertThat(world.answer(WWW)).containsExactly(STANDBY);
    assertThat(world.answer(SHOP)).containsExactly(STANDBY);
    assertThat(world.endpoint(WWW, ONE).healthReason())
        .isEqualTo("depends on gateway, which is down");
    assertThat(world.history())
        .containsExactly(
            "dependency gateway: UP -> DOWN",
            "selection www.example.com: ams -> fra",
            "selection shop.example.com: ams -> fra");
    assertThat(world.loop.state().alarms())
        .containsExactly("gateway is down: 2 endpoints depend on it");
  }

  @Test
  void shouldNotAnnounceWhatBecomesOfDependentsMeanwhile() throws Exception {
    begin(service(WWW, pool("ams", BEHIND_THE_GATEWAY, ONE), pool("fra", Checks.NONE, STANDBY)));
    world.passes(ONE);
    world.observe(GATEWAY_TARGET, true, "connected");
    gatewayDies();
    world.dies(ONE);
    world.recovers(ONE);
    world.dies(ONE);
    assertThat(world.history())
        .containsExactly("dependency gateway: UP -> DOWN", "selection www.example.com: ams -> fra");

    world.observe(GATEWAY_TARGET, true, "connected");
    world.observe(GATEWAY_TARGET, true, "connected");

    // It is believed again by itself: its own probes have not passed yet.
    assertThat(world.endpoint(WWW, ONE).healthy()).isFalse();
    assertThat(world.endpoint(WWW, ONE).healthReason()).startsWith("here says DOWN: tcp :80: DOWN");
    world.recovers(ONE);
    assertThat(world.endpoint(WWW, ONE).healthy()).isTrue();
    assertThat(world.history()).contains("dependency gateway: DOWN -> UP");
    assertThat(world.loop.state().alarms()).isEmpty();
  }

  @Test
  void shouldBlameTheFirstOfAChainAlone() throws Exception {
    Check core = targeting("192.0.2.253");
    ProbeTarget coreTarget = ProbeTarget.of(core, Declared.destination(ONE));
    CheckRule rule =
        new DependsOn(new Of(0), new DependsOn(new Of(1), new Of(2), "core"), "gateway");
    Checks chain = new Checks(rule, List.of(CHECK, GATEWAY, core));
    begin(service(WWW, pool("ams", chain, ONE), pool("fra", Checks.NONE, STANDBY)));
    world.passes(ONE);
    world.observe(GATEWAY_TARGET, true, "connected");
    world.observe(coreTarget, true, "connected");

    for (int failure = 0; failure < 3; failure++) {
      world.observe(coreTarget, false, "timed out");
    }
    gatewayDies();

    assertThat(world.endpoint(WWW, ONE).healthReason()).isEqualTo("depends on core, which is down");
    assertThat(world.history())
        .containsExactly("dependency core: UP -> DOWN", "selection www.example.com: ams -> fra");
    assertThat(world.loop.state().alarms())
        .containsExactly("core is down: 1 endpoint depends on it");
  }

  private void gatewayDies() throws Exception {
    for (int failure = 0; failure < 3; failure++) {
      world.observe(GATEWAY_TARGET, false, "connection refused");
    }
  }

  private static Check targeting(String address) {
    return new Check(
        CHECK.kind(),
        CHECK.settings(),
        CHECK.interval(),
        CHECK.fastInterval(),
        CHECK.timeout(),
        CHECK.thresholds(),
        new ProbeOptions(
            Declared.destination(address), null, false, null, ProbeOptions.Addresses.ONE));
  }

  private void begin(Declared... services) {
    world.close();
    world = PublishWorld.of(services).started();
  }
}
