package detour.server.publish;

import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import detour.failover.model.OperatorOverride.State;
import detour.failover.model.OverridePath;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What operators say, what they are told, and what of it outlives a restart.
class CommandsTest {
  private static final String WWW = "www.example.com";
  private static final String FIRST = "192.0.2.1";
  private static final String SECOND = "192.0.2.2";
  private static final OverridePath AMS = OverridePath.parse(WWW + "/ams");
  private static final Declared TWO_POOLS = service(WWW, pool("ams", FIRST), pool("fra", SECOND));

  private PublishWorld world = PublishWorld.of(TWO_POOLS).started();

  @AfterEach
  void close() {
    world.close();
  }

  private CompletableFuture<Void> drainAms() {
    return world.loop.command(
        new Command.SetOverride(AMS, State.DRAIN, "maintenance", null, "ann"));
  }

  @Test
  void shouldObeyAnOverrideUntilItIsCleared() throws Exception {
    world.drain(WWW + "/ams/" + FIRST, null);
    assertThat(world.answer(WWW)).containsExactly(SECOND);
    assertThat(world.endpoint(WWW, FIRST).healthReason()).contains("drained by ann: a test");

    world.clear(WWW + "/ams/" + FIRST);
    world.advance(Duration.ofSeconds(30));

    assertThat(world.answer(WWW)).containsExactly(FIRST);
    assertThat(world.history())
        .contains(
            "override www.example.com/ams/192.0.2.1: DRAIN",
            "override www.example.com/ams/192.0.2.1: DRAIN -> cleared");
  }

  @Test
  void shouldLetAnOverrideExpireThoughNothingIsSaid() throws Exception {
    world.drain(WWW + "/ams", Duration.ofMillis(150));
    assertThat(world.answer(WWW)).containsExactly(SECOND);

    world.time.advance(Duration.ofMillis(150));

    await().untilAsserted(() -> assertThat(world.track(WWW).status()).isEqualTo("FAILING_BACK"));
    world.settle();
    assertThat(world.journal.load().overrides()).doesNotContainKey(AMS);
    assertThat(world.history()).contains("override www.example.com/ams: cleared");
  }

  @Test
  void shouldBearAnOverrideThatOutlivesEveryClock() throws Exception {
    world.drain(WWW + "/ams", Duration.ofDays(365L * 400));
    world.settle();

    assertThat(world.answer(WWW)).containsExactly(SECOND);
    assertThat(world.metrics.value(detour.server.metrics.Counter.PUBLISH_FAILURES)).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nowhere.example.com/ams      | there is no service 'nowhere.example.com'; the services: www.example.com
          www.example.com/nyc          | www.example.com has no pool 'nyc'; its pools: ams, fra
          www.example.com/ams/web9     | pool ams of www.example.com has no endpoint 'web9'; its endpoints: 192.0.2.1
          """)
  void shouldNameWhatIsKnownWhenTheTargetIsNot(String target, String message) {
    assertThatThrownBy(() -> world.drain(target, null))
        .isInstanceOf(CommandRefused.class)
        .hasMessageContaining(message);
    assertThat(world.history()).isEmpty();
  }

  @Test
  void shouldCarryOutAConditionalCommandOnlyWhileNothingElseIsDecided() throws Exception {
    String seen = version();
    PublishWorld.await(world.loop.command(conditional(State.DRAIN, seen)));
    assertThat(world.answer(WWW)).containsExactly(SECOND);

    assertThat(version()).isNotEqualTo(seen);
    assertThat(world.loop.command(conditional(State.UP, seen)))
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableThat()
        .withCauseInstanceOf(DecidedOtherwise.class);
    assertThat(world.answer(WWW)).containsExactly(SECOND);
  }

  @Test
  void shouldCarryOutOneOfTwoThatSawTheSame() {
    String seen = version();
    CompletableFuture<Void> first = world.loop.command(conditional(State.DRAIN, seen));
    CompletableFuture<Void> second = world.loop.command(conditional(State.UP, seen));

    assertThat(first).succeedsWithin(Duration.ofSeconds(5));
    assertThat(second)
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableThat()
        .withCauseInstanceOf(DecidedOtherwise.class);
  }

  @Test
  void shouldSayOfAConditionalCommandTooThatThereIsNoSuchService() {
    assertThat(
            world.loop.command(
                new Command.Conditional(
                    new Command.ApproveFailback("nowhere.example.com", "ann"),
                    "nowhere.example.com",
                    Set.of("some"))))
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableThat()
        .withCauseInstanceOf(CommandRefused.class);
  }

  @Test
  void shouldRecordWhyAnOverrideWasCleared() throws Exception {
    world.drain(WWW + "/ams", null);
    PublishWorld.await(
        world.loop.command(new Command.ClearOverride(AMS, "the kernel is new", "ann")));

    assertThat(world.journal.history(null, Long.MAX_VALUE, 100))
        .anySatisfy(event -> {
          assertThat(event.reason()).isEqualTo("an operator cleared it: the kernel is new");
          assertThat(event.author()).isEqualTo("ann");
        });
  }

  private String version() {
    return world.loop.state().services().getFirst().version();
  }

  private static Command conditional(State state, String version) {
    return new Command.Conditional(
        new Command.SetOverride(AMS, state, "maintenance", null, "ann"), WWW, Set.of(version));
  }

  @Test
  void shouldPointToThePoolWhereTheOverrideIs() throws Exception {
    world.drain(WWW + "/ams", null);

    assertThatThrownBy(() -> world.clear(WWW + "/ams/" + FIRST))
        .hasMessage(
            "there is no override on www.example.com/ams/192.0.2.1; there is one on its whole"
                + " pool: detour clear www.example.com/ams");
  }

  @Test
  void shouldAcknowledgeOnlyWhatIsOnDisk() throws Exception {
    world.journal.hold();
    CompletableFuture<Void> drained = drainAms();

    await().untilAsserted(() -> assertThat(world.answer(WWW)).containsExactly(SECOND));
    await().until(() -> world.journal.heldSaves() > 0);
    assertThat(drained).isNotDone();

    world.journal.release();
    PublishWorld.await(drained);
  }

  @Test
  void shouldTellWhatIsInForceButNotOnDiskAndSaveItOnceTheDiskWorks() throws Exception {
    world.journal.failWith("disk full");
    CompletableFuture<Void> drained = drainAms();

    assertThatThrownBy(() -> PublishWorld.await(drained))
        .isInstanceOf(CommandRefused.class)
        .hasMessageContaining("in force now")
        .hasMessageContaining("a restart would lose it")
        .hasMessageEndingWith("disk full");
    assertThat(world.answer(WWW)).containsExactly(SECOND);
    await()
        .untilAsserted(() ->
            assertThat(world.loop.state().alarms())
                .anyMatch(alarm -> alarm.contains("www.example.com/ams is not on disk")));

    world.journal.failWith(null);
    world.advance(Duration.ofSeconds(6));

    assertThat(world.journal.load().overrides()).containsKey(AMS);
    assertThat(world.history()).contains("override www.example.com/ams: DRAIN");
    assertThat(world.loop.state().alarms()).isEmpty();
  }

  @Test
  void shouldForgetAClearedOverrideOnDiskTooOnceTheDiskWorks() throws Exception {
    world.drain(WWW + "/ams", null);
    world.journal.failWith("disk full");
    assertThatThrownBy(() -> world.clear(WWW + "/ams")).hasMessageContaining("in force now");
    await().until(() -> !world.loop.state().alarms().isEmpty());
    assertThat(world.journal.load().overrides()).containsKey(AMS);

    world.journal.failWith(null);
    world.close();

    assertThat(world.journal.load().overrides()).doesNotContainKey(AMS);
  }

  @Test
  void shouldRefuseWhatIsSaidAfterTheEnd() {
    world.close();

    assertThatThrownBy(() -> world.drain(WWW + "/ams", null))
        .isInstanceOf(CommandRefused.class)
        .hasMessageContaining("stopping");
    assertThat(world.journal.events())
        .last()
        .extracting(PublishWorld::text)
        .isEqualTo("stop server: stopped");
  }

  @Test
  void shouldStartFromTheLatchAndTheOpinionsOfTheLastRun() throws Exception {
    Declared manual = TWO_POOLS.failback(detour.failover.model.Service.Failback.MANUAL);
    world.close();
    world = PublishWorld.of(manual).started();
    world.passes(SECOND);
    world.dies(FIRST);
    world.drain(WWW + "/fra", Duration.ofHours(1));
    world.clear(WWW + "/fra");
    int before = world.journal.events().size();

    world = world.restarted(manual);

    assertThat(world.answer(WWW)).containsExactly(SECOND);
    assertThat(world.endpoint(WWW, FIRST).opinions())
        .singleElement()
        .matches(opinion -> opinion.stale() && opinion.health().name().equals("DOWN"));
    world.started();
    world.settle();
    assertThat(world.journal.events().subList(before, world.journal.events().size()))
        .extracting(PublishWorld::text)
        .containsExactly("stop server: stopped", "start server: started");

    world.recovers(FIRST);
    world.advance(Duration.ofHours(1));
    assertThat(world.answer(WWW)).containsExactly(SECOND);
    assertThat(world.track(WWW).status()).isEqualTo("READY");
  }

  @Test
  void shouldEndAnOverrideThatExpiredWhileTheServerWasDown() throws Exception {
    world.drain(WWW + "/ams", Duration.ofSeconds(5));

    world = world.restarted(TWO_POOLS);
    assertThat(world.endpoint(WWW, FIRST).override()).isNull();
    world.started();

    await()
        .untilAsserted(() -> assertThat(world.journal.load().overrides()).doesNotContainKey(AMS));
  }
}
