package detour.server.publish;

import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.failover.model.Check;
import detour.failover.model.Checks;
import detour.failover.model.Health;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Service.Failback;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// One configuration in the place of another while the server runs.
class ReloadTest {
  private static final String WWW = "www.example.com";
  private static final String API = "api.example.com";
  private static final String FIRST = "192.0.2.1";
  private static final String SECOND = "192.0.2.2";
  private static final Declared TWO_POOLS =
      service(WWW, pool("ams", FIRST), pool("fra", SECOND)).failback(Failback.MANUAL);
  private static final Declared OTHER = service(API, pool("only", "192.0.2.3"));

  private final PublishWorld world = PublishWorld.of(TWO_POOLS, OTHER).started();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void shouldServeWhatIsNewAndDropWhatIsGone() throws Exception {
    world.reload(service("new.example.com", pool("only", "192.0.2.9")), TWO_POOLS);

    assertThat(world.answer("new.example.com")).containsExactly("192.0.2.9");
    assertThat(world.answer(WWW)).containsExactly(FIRST);
    assertThat(world.answer(API)).containsExactly("NXDOMAIN");
    assertThat(world.probes.targets()).containsExactly(FIRST, SECOND, "192.0.2.9");
    assertThat(world.history()).containsExactly("reload test.yaml: applied");
  }

  @Test
  void shouldKeepOpinionsAndSelectionsByTheNamesOfPools() throws Exception {
    world.passes(SECOND);
    world.dies(FIRST);
    world.recovers(FIRST);
    world.fails(SECOND);

    // The pools change places and get company.
    world.reload(
        service(WWW, pool("nyc", "192.0.2.7"), pool("ams", FIRST), pool("fra", SECOND))
            .failback(Failback.MANUAL));

    assertThat(world.answer(WWW)).containsExactly(SECOND);
    assertThat(world.track(WWW)).matches(t -> t.status().equals("READY") && "fra".equals(t.pool()));
    assertThat(world.endpoint(WWW, SECOND).opinions())
        .singleElement()
        .matches(opinion -> opinion.consecutiveFailures() == 1 && opinion.pending());
    assertThat(world.probes.signals()).endsWith(SECOND + " pending");
  }

  @Test
  void shouldKeepAnEndpointDownWhoseCheckIsOnlyTuned() throws Exception {
    world.reload(service(WWW, pool("ams", FIRST, SECOND)));
    world.dies(FIRST);
    assertThat(world.answer(WWW)).containsExactly(SECOND);

    Check tuned = Declared.check(Duration.ofSeconds(10));
    world.reload(service(WWW, pool("ams", Checks.all(List.of(tuned)), FIRST, SECOND)));

    assertThat(world.answer(WWW)).containsExactly(SECOND);
    assertThat(world.endpoint(WWW, FIRST).verdict()).isEqualTo(Health.DOWN);
    ProbeTarget target = new ProbeTarget(tuned, Declared.destination(FIRST));
    world.observe(target, true, "200 OK");
    world.observe(target, true, "200 OK");
    assertThat(world.answer(WWW)).containsExactly(FIRST, SECOND);
  }

  @Test
  void shouldBringBackAServiceAsItWasLastAndNotAsItWasAtTheStart() throws Exception {
    world.dies(FIRST);
    assertThat(world.answer(WWW)).containsExactly(SECOND);
    PublishWorld next = world.restarted(TWO_POOLS, OTHER).started();
    try {
      next.recovers(FIRST);
      next.done(new Command.ApproveFailback(WWW, "ann"));
      assertThat(next.answer(WWW)).containsExactly(FIRST);

      next.reload(OTHER);
      assertThat(next.answer(WWW)).containsExactly("NXDOMAIN");
      next.reload(OTHER, TWO_POOLS);

      assertThat(next.answer(WWW)).containsExactly(FIRST);
      assertThat(next.track(WWW).status()).isEqualTo("SERVING");
    } finally {
      next.close();
    }
  }

  @Test
  void shouldKeepTheAddressesOfHostNamesThatStay() throws Exception {
    Declared apex = service("example.com", pool("cdn", Checks.NONE, "edge.example.net"));
    world.reload(apex);
    world.resolves("edge.example.net", "203.0.113.8");

    world.reload(TWO_POOLS, apex);

    assertThat(world.answer("example.com")).containsExactly("203.0.113.8");
    assertThat(world.probes.hostNames()).containsExactly("edge.example.net");
  }

  @Test
  void shouldRecordWhyItWasAskedFor() throws Exception {
    world.loadFrom(() -> {
      throw new ConfigurationRefused(List.of("no"));
    });
    assertThatThrownBy(() -> world.done(new Command.Reload("ann", "new switches")))
        .isInstanceOf(CommandRefused.class);
    LoadedConfiguration next = Declared.configuration(OTHER);
    world.loadFrom(() -> next);
    world.done(new Command.Reload("ann", "newer switches"));

    assertThat(world.reasons("reload"))
        .containsExactly(
            "new switches (1 problem; the old configuration stays)",
            "newer switches (1 service, 1 zone)");
  }

  @Test
  void shouldKeepEverythingAndShowTheProblemsWhenRefused() throws Exception {
    world.dies(FIRST);

    assertThatThrownBy(() ->
            world.reload(() -> {
              throw new ConfigurationRefused(List.of("test.yaml:3:1: no such key", "and another"));
            }))
        .isInstanceOf(CommandRefused.class)
        .hasMessageContaining("the old one stays")
        .hasMessageContaining("test.yaml:3:1: no such key\nand another");

    assertThat(world.answer(WWW)).containsExactly(SECOND);
    assertThat(world.loop.state().configuration().problems()).hasSize(2);
    assertThat(world.loop.state().alarms())
        .containsExactly(
            "the last reload was refused, the old configuration serves: test.yaml:3:1: no such"
                + " key");
    world.settle();
    assertThat(world.history()).endsWith("reload test.yaml: refused");

    world.reload(TWO_POOLS);
    assertThat(world.loop.state().alarms()).isEmpty();
  }

  @Test
  void shouldTellInTheHistoryThatTheServingPoolWasTakenAway() throws Exception {
    world.passes(SECOND);
    world.reload(service(WWW, pool("fra", SECOND)), OTHER);
    assertThat(world.history())
        .containsExactly("selection www.example.com: ams -> fra", "reload test.yaml: applied");
  }

  @Test
  void shouldKeepAnEndpointDownWhoseCheckIsTunedBeforeARestart() throws Exception {
    world.reload(service(WWW, pool("ams", FIRST, SECOND)));
    world.dies(FIRST);
    Check tuned = Declared.check(Duration.ofSeconds(10));
    try (PublishWorld after =
        world.restarted(service(WWW, pool("ams", Checks.all(List.of(tuned)), FIRST, SECOND)))) {
      assertThat(after.started().answer(WWW)).containsExactly(SECOND);
    }
  }

  @Test
  void shouldKeepTheWarningsOfWhatWasReloaded() throws Exception {
    LoadedConfiguration plain = Declared.configuration(TWO_POOLS);
    world.reload(() ->
        new LoadedConfiguration(
            plain.file(), plain.model(), plain.zones(), List.of("test.yaml:1: hm")));
    assertThat(world.loop.state().configuration().warnings()).containsExactly("test.yaml:1: hm");
  }

  @Test
  void shouldTellOfAConfigurationThatCannotEvenBeRead() {
    assertThatThrownBy(() ->
            world.reload(() -> {
              throw new StackOverflowError();
            }))
        .isInstanceOf(CommandRefused.class)
        .hasMessageContaining("StackOverflowError");
  }

  @Test
  void shouldKeepTheOldConfigurationWhenTheNewOneCannotBeDecidedOn() throws Exception {
    world.dies(FIRST);
    LoadedConfiguration valid = Declared.configuration(TWO_POOLS);
    // Two zones of one name: nothing that the configuration's own check lets through.
    LoadedConfiguration broken =
        new LoadedConfiguration(
            valid.file(),
            valid.model(),
            List.of(valid.zones().getFirst(), valid.zones().getFirst()),
            List.of());

    assertThatThrownBy(() -> world.reload(() -> broken))
        .isInstanceOf(CommandRefused.class)
        .hasMessageContaining("the old one stays");

    assertThat(world.answer(WWW)).containsExactly(SECOND);
    assertThat(world.answer(API)).containsExactly("192.0.2.3");
    world.dies("192.0.2.3");
    assertThat(world.extendedError(API)).contains("no pool is available");
  }

  @Test
  void shouldActOnAnApprovalThatCameJustBeforeAReload() throws Exception {
    world.passes(SECOND);
    world.dies(FIRST);
    world.recovers(FIRST);
    LoadedConfiguration next = Declared.configuration(TWO_POOLS);
    world.loadFrom(() -> next);
    CompletableFuture<Void> approved = world.loop.command(new Command.ApproveFailback(WWW, "ann"));
    CompletableFuture<Void> reloaded = world.loop.command(new Command.Reload("ann"));

    PublishWorld.await(approved);
    PublishWorld.await(reloaded);

    assertThat(world.answer(WWW)).containsExactly(FIRST);
  }

  @Test
  void shouldApplyTheReloadLastThatReadLast() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    LoadedConfiguration old = Declared.configuration(OTHER);
    LoadedConfiguration fresh = Declared.configuration(TWO_POOLS);
    world.loadFrom(() -> {
      begun.countDown();
      await(goOn);
      return old;
    });
    CompletableFuture<Void> slow = world.loop.command(new Command.Reload("ann"));
    await(begun);
    world.loadFrom(() -> fresh);
    CompletableFuture<Void> quick = world.loop.command(new Command.Reload("bob"));
    goOn.countDown();
    PublishWorld.await(slow);
    PublishWorld.await(quick);

    assertThat(world.answer(WWW)).containsExactly(FIRST);
    assertThat(world.answer(API)).containsExactly("NXDOMAIN");
  }

  @Test
  void shouldNotWaitAtTheEndForAReloadThatLoads() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    LoadedConfiguration next = Declared.configuration(TWO_POOLS);
    world.loadFrom(() -> {
      begun.countDown();
      await(goOn);
      return next;
    });
    CompletableFuture<Void> reload = world.loop.command(new Command.Reload("ann"));
    await(begun);

    world.close();
    goOn.countDown();

    assertThatThrownBy(() -> PublishWorld.await(reload))
        .isInstanceOf(CommandRefused.class)
        .hasMessageContaining("stopping");
  }

  @Test
  void shouldDropTheServicesOfTheOldModelFromThePicture() throws Exception {
    world.reload(OTHER);

    assertThat(world.loop.state().services())
        .extracting(PublishedState.ServiceState::name)
        .contains(API)
        .doesNotContain(WWW);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
