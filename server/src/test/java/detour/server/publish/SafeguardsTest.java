package detour.server.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OperatorOverride.Purpose;
import detour.failover.model.OperatorOverride.State;
import detour.failover.model.OverridePath;
import detour.failover.model.Safeguards;
import detour.failover.model.SafetyRule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What stands between an operator's wish and its being done: safety rules, second approvers; and
/// what ends by itself: drills, maintenance.
class SafeguardsTest {
  private static final String NAME = "www.example.com";
  private static final String AMS = "192.0.2.1";
  private static final String FRA = "198.51.100.1";
  private static final List<OverridePath> SITES =
      List.of(OverridePath.parse(NAME + "/ams"), OverridePath.parse(NAME + "/fra"));
  private static final SafetyRule ONE_SITE = new SafetyRule.AtLeast("one-site", 1, SITES);

  private PublishWorld world = world(Safeguards.NONE);

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void shouldRefuseByTheNameOfTheRuleAndObeyForce() throws Exception {
    world = start(rules(ONE_SITE));
    world.drain(NAME + "/fra", null);
    assertThatThrownBy(() -> world.drain(NAME + "/ams", null))
        .isInstanceOf(CommandRefused.class)
        .hasMessageContaining("one-site")
        .hasMessageContaining("--force");
    assertThat(world.answer(NAME)).containsExactly(AMS);
    world.done(set("ams", State.DRAIN, null, null, Purpose.ORDER, true, "ann"));
    assertThat(told()).anyMatch(event -> event.contains("forced past the safety rule one-site"));
  }

  @Test
  void shouldCountWhatFailedByItself() throws Exception {
    world = start(rules(new SafetyRule.AtMostOut("never-two", 1, SITES)));
    world.dies(FRA);
    assertThatThrownBy(() -> world.drain(NAME + "/ams/" + AMS, null))
        .hasMessageContaining("never-two");
    world.recovers(FRA);
    world.drain(NAME + "/ams/" + AMS, null);
  }

  @Test
  void shouldMakeChangesWaitForEachOther() throws Exception {
    world = start(rules(new SafetyRule.Wait("slowly", Duration.ofMinutes(5), SITES)));
    world.drain(NAME + "/fra", null);
    assertThatThrownBy(() -> world.clear(NAME + "/fra")).hasMessageContaining("slowly");
    world.advance(Duration.ofMinutes(5));
    world.clear(NAME + "/fra");
    assertThatThrownBy(() -> world.drain(NAME + "/ams", null)).hasMessageContaining("slowly");
  }

  @Test
  void shouldMakeChangesWaitForWhatWasClearedBeforeARestart() throws Exception {
    Safeguards rules = rules(new SafetyRule.Wait("slowly", Duration.ofMinutes(5), SITES));
    world = start(rules);
    world.drain(NAME + "/fra", null);
    world.advance(Duration.ofMinutes(5));
    world.clear(NAME + "/fra");
    world = world.restarted(rules, service()).started();

    assertThatThrownBy(() -> world.drain(NAME + "/ams", null)).hasMessageContaining("slowly");
    world.advance(Duration.ofMinutes(5));
    world.drain(NAME + "/ams", null);
  }

  @Test
  void shouldRefuseMaintenancesThatOverlap() throws Exception {
    world = start(rules(new SafetyRule.AtMostOut("never-two", 1, SITES)));
    Instant tonight = world.time.now().plusSeconds(3600);
    world.done(maintenance("ams", tonight, Duration.ofHours(2)));
    assertThatThrownBy(
            () -> world.done(maintenance("fra", tonight.minusSeconds(600), Duration.ofHours(1))))
        .hasMessageContaining("never-two");
    world.done(maintenance("fra", tonight.plus(Duration.ofHours(2)), Duration.ofHours(1)));
  }

  @Test
  void shouldWaitForASecondApprover() throws Exception {
    world = start(new Safeguards(List.of(), Set.of(NAME), Map.of()));
    world.drain(NAME + "/ams", Duration.ofMinutes(10));
    assertThat(world.answer(NAME)).containsExactly(AMS);
    assertThat(world.loop.state().alarms())
        .anyMatch(alarm -> alarm.contains("waits for an approval"));
    assertThatThrownBy(() -> world.done(approve("Ann"))).hasMessageContaining("somebody else");
    world.advance(Duration.ofMinutes(5));
    world.done(approve("bob"));
    assertThat(world.answer(NAME)).containsExactly(FRA);
    world.advance(Duration.ofMinutes(9));
    assertThat(world.answer(NAME)).as("it lasts from its approval").containsExactly(FRA);
    assertThatThrownBy(() -> world.done(approve("bob"))).hasMessageContaining("nothing waits");
  }

  @Test
  void shouldCountWhatWaitsAndWhatIsPlannedAmongWhatIsDecided() throws Exception {
    world = start(new Safeguards(List.of(), Set.of(NAME), Map.of()));
    String before = version();
    world.done(set("ams", State.DRAIN, null, Duration.ofHours(1), Purpose.ORDER, false, "ann"));
    String asked = version();
    assertThat(asked).as("it waits for its approval").isNotEqualTo(before);
    assertThat(world.answer(NAME)).containsExactly(AMS);

    assertThat(world.loop.command(new Command.Conditional(approve("bob"), NAME, Set.of(before))))
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableThat()
        .withCauseInstanceOf(DecidedOtherwise.class);
    world.done(new Command.Conditional(approve("bob"), NAME, Set.of(asked)));
    assertThat(world.answer(NAME)).containsExactly(FRA);

    String approved = version();
    Instant tonight = world.time.now().plusSeconds(3600);
    world.done(set("fra", State.DRAIN, tonight, Duration.ofHours(1), Purpose.ORDER, false, "ann"));
    assertThat(version()).as("something is asked for").isNotEqualTo(approved);
  }

  @Test
  void shouldDecideAServiceNoOtherwiseForWhatIsSaidOfAnother() throws Exception {
    world = start(Safeguards.NONE);
    String before = version();
    // It sets an override of the marked service.
    world.settle();
    assertThat(version()).isEqualTo(before);
  }

  private String version() {
    return world.service(NAME).version();
  }

  /// As a node whose clock is ten minutes ahead said it, told by this node's clock but for `since`.
  @Test
  void shouldLetWhatIsApprovedLastAsLongAsWasAskedForByWhateverClock() throws Exception {
    world = start(new Safeguards(List.of(), Set.of(NAME), Map.of()));
    Instant now = world.time.now();
    OperatorOverride asked =
        new OperatorOverride(
                State.DRAIN, "a test", "ann", now.plusSeconds(600), now.plusSeconds(7_200))
            .vetted(new OperatorOverride.Vetting(now.plusSeconds(3_600), null, List.of()));
    world.loop.agreed(Agreed.Overrides.of(OverridePath.parse(NAME + "/ams"), asked, 1));
    world.advance(Duration.ofMinutes(30));
    world.done(approve("bob"));

    OperatorOverride approved =
        world.loop.state().overrides().stream()
            .filter(said -> said.path().service().equals(NAME))
            .findFirst()
            .orElseThrow()
            .override();
    assertThat(approved.expires()).isEqualTo(world.time.now().plus(Duration.ofHours(2)));
  }

  @Test
  void shouldTakeWhatIsOnlyMovedInTimeForTheSame() throws Exception {
    world = start(new Safeguards(List.of(), Set.of(NAME), Map.of()));
    Instant now = world.time.now();
    OverridePath path = OverridePath.parse(NAME + "/ams");
    OperatorOverride asked =
        new OperatorOverride(State.DRAIN, "a test", "ann", now, now.plusSeconds(7_200))
            .vetted(new OperatorOverride.Vetting(now.plusSeconds(3_600), null, List.of()))
            .over(new OperatorOverride(State.UP, "a test", "ann", now, now.plusSeconds(60)));
    world.loop.agreed(Agreed.Overrides.of(path, asked, 1));
    world.settle();
    List<String> before = told();
    world.loop.agreed(Agreed.Overrides.of(path, asked.earlier(Duration.ofSeconds(5)), 2));
    world.settle();

    assertThat(told().stream().filter(event -> event.contains("DRAIN")))
        .containsExactlyElementsOf(
            before.stream().filter(event -> event.contains("DRAIN")).toList());
    assertThat(world.loop.state().overrides().toString()).contains(now.plusSeconds(55).toString());
  }

  @ParameterizedTest(name = "{0} asks, {1} approves: the same is {2}")
  @CsvSource({
    "ann, Ann, true",
    "ann, bob, false",
    "alice@192.0.2.7, alice@198.51.100.7, true",
    "alice@192.0.2.7, bob (alice@192.0.2.7), true",
    "carol (alice@192.0.2.7), carol (bob@192.0.2.7), false",
    "carol (api@127.0.0.1), carol (api@127.0.0.2), true",
    "carol (api@127.0.0.1), bob (api@127.0.0.1), false"
  })
  void shouldKnowWhoIsTheSamePerson(String asks, String approves, boolean same) {
    assertThat(Vetting.person(asks).equalsIgnoreCase(Vetting.person(approves))).isEqualTo(same);
  }

  @Test
  void shouldForgetWhatNobodyApproved() throws Exception {
    world = start(new Safeguards(List.of(), Set.of(NAME), Map.of()));
    world.drain(NAME + "/ams", null);
    world.advance(Duration.ofHours(1));
    assertThatThrownBy(() -> world.done(approve("bob"))).hasMessageContaining("nothing waits");
    assertThat(told()).anyMatch(event -> event.contains("nobody approved it in time"));
  }

  @Test
  void shouldRevertADrillByItself() throws Exception {
    world = start(Safeguards.NONE);
    world.done(drill("ams", Duration.ofMinutes(1), "ann"));
    assertThat(world.answer(NAME)).containsExactly(FRA);
    world.advance(Duration.ofMinutes(1));
    world.advance(Duration.ofSeconds(30));
    assertThat(world.answer(NAME)).containsExactly(AMS);
    assertThat(told()).anyMatch(event -> event.startsWith("drill"));
  }

  @Test
  void shouldRevertADrillToWhatWasSaidBeforeAlsoAcrossARestart() throws Exception {
    world = start(Safeguards.NONE);
    Declared service = service();
    world.override(NAME + "/ams", State.UP, null);
    world.done(drill("ams", Duration.ofSeconds(30), "ann"));
    assertThat(world.answer(NAME)).containsExactly(FRA);
    world = world.restarted(Safeguards.NONE, service).started();
    world.settle();
    assertThat(world.answer(NAME)).as("10 s later it still runs").containsExactly(FRA);
    world.advance(Duration.ofSeconds(20));
    world.dies(AMS);
    world.advance(Duration.ofSeconds(40));
    assertThat(world.answer(NAME)).as("set up by hand, as before").containsExactly(AMS);
  }

  @Test
  void shouldRefuseADrillThatLeavesNothing() throws Exception {
    world = start(Safeguards.NONE);
    world.dies(FRA);
    assertThatThrownBy(() -> world.done(drill("ams", Duration.ofMinutes(1), "ann")))
        .hasMessageContaining("the safety rule drill");
  }

  @Test
  void shouldStopADrillWhenSomethingElseFails() throws Exception {
    world = start(Safeguards.NONE);
    world.done(drill("ams", Duration.ofMinutes(10), "ann"));
    world.dies(FRA);
    assertThat(world.answer(NAME)).containsExactly(AMS);
    assertThat(told()).anyMatch(event -> event.contains("stopped: the safety rule drill"));
  }

  @Test
  void shouldBeginAndEndAMaintenanceOnTime() throws Exception {
    world = start(Safeguards.NONE);
    world.done(maintenance("ams", world.time.now().plus(Duration.ofHours(1)), Duration.ofHours(1)));
    assertThat(world.answer(NAME)).containsExactly(AMS);
    world.advance(Duration.ofHours(1));
    assertThat(world.answer(NAME)).containsExactly(FRA);
    world.advance(Duration.ofHours(1));
    world.advance(Duration.ofSeconds(30));
    assertThat(world.answer(NAME)).containsExactly(AMS);
    assertThat(told()).contains("maintenance began a test", "maintenance ended it lasted 3600 s");
  }

  @Test
  void shouldKeepAPlanWhenSomethingIsOrderedMeanwhile() throws Exception {
    world = start(Safeguards.NONE);
    world.done(maintenance("ams", world.time.now().plus(Duration.ofHours(2)), Duration.ofHours(1)));
    world.override(NAME + "/ams", State.DOWN, Duration.ofHours(1));
    assertThat(world.answer(NAME)).containsExactly(FRA);
    world.advance(Duration.ofHours(1));
    world.advance(Duration.ofMinutes(1));
    assertThat(world.answer(NAME)).containsExactly(AMS);
    world.advance(Duration.ofHours(1));
    assertThat(world.answer(NAME)).containsExactly(FRA);
  }

  @Test
  void shouldEndADrillOnRequest() throws Exception {
    world = start(Safeguards.NONE);
    world.done(drill("ams", Duration.ofHours(1), "ann"));
    world.done(new Command.EndOverride(OverridePath.parse(NAME + "/ams"), "bob"));
    world.advance(Duration.ofSeconds(30));
    assertThat(world.answer(NAME)).containsExactly(AMS);
    assertThat(told()).anyMatch(event -> event.contains("an operator ended it"));
  }

  @Test
  void shouldNotEndPastTheRulesWhatOnlyClearingMayEnd() throws Exception {
    world = start(rules(ONE_SITE));
    world.override(NAME + "/ams", State.UP, null);
    world.drain(NAME + "/fra", null);
    world.dies(AMS);
    assertThatThrownBy(() -> world.clear(NAME + "/ams")).hasMessageContaining("one-site");
    assertThatThrownBy(
            () -> world.done(new Command.EndOverride(OverridePath.parse(NAME + "/ams"), "bob")))
        .hasMessageContaining("detour clear");
    assertThat(world.answer(NAME)).containsExactly(AMS);
  }

  private static Safeguards rules(SafetyRule... rules) {
    return new Safeguards(List.of(rules), Set.of(), Map.of());
  }

  private static Declared service() {
    return Declared.service(NAME, Declared.pool("ams", AMS), Declared.pool("fra", FRA));
  }

  private static PublishWorld world(Safeguards safeguards) {
    return PublishWorld.guarded(safeguards, Fencing.NONE, service());
  }

  private static PublishWorld start(Safeguards safeguards) throws Exception {
    PublishWorld world = world(safeguards).started();
    world.passes(AMS);
    world.passes(FRA);
    return world;
  }

  private static Command drill(String pool, Duration lasts, String author) {
    return set(pool, State.DOWN, null, lasts, Purpose.DRILL, false, author);
  }

  private static Command maintenance(String pool, Instant starts, Duration lasts) {
    return set(pool, State.DRAIN, starts, lasts, Purpose.MAINTENANCE, false, "ann");
  }

  private static Command approve(String author) {
    return new Command.ApproveOverride(OverridePath.parse(NAME + "/ams"), false, author);
  }

  private static Command set(
      String pool,
      State state,
      @Nullable Instant starts,
      @Nullable Duration lasts,
      Purpose purpose,
      boolean force,
      String author) {
    return new Command.SetOverride(
        new OverridePath(NAME, pool, null), state, "a test", starts, lasts, purpose, force, author);
  }

  private List<String> told() {
    return world.journal.events().stream()
        .map(event -> event.kind() + " " + event.to() + " " + event.reason())
        .toList();
  }
}
