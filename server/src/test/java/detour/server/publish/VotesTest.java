package detour.server.publish;

import static detour.failover.model.Health.DOWN;
import static detour.failover.model.Health.UNKNOWN;
import static detour.failover.model.Health.UP;
import static detour.failover.verdict.Presence.ABSENT;
import static detour.failover.verdict.Presence.IMPAIRED;
import static detour.failover.verdict.Presence.NOT_ASKED;
import static detour.failover.verdict.Presence.PRESENT;
import static detour.failover.verdict.Presence.SPARED;
import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import detour.failover.model.Check;
import detour.failover.model.Checks;
import detour.failover.model.GuardPolicy;
import detour.failover.model.Health;
import detour.failover.model.ProbeOptions;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Quorum;
import detour.failover.model.Vantage;
import detour.failover.model.VerdictPolicy;
import detour.server.publish.Peers.Change;
import detour.server.publish.Peers.PeerOpinion;
import detour.server.publish.Peers.SharedView;
import detour.server.publish.PublishedState.EndpointState;
import detour.server.publish.PublishedState.VoteState;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// One node, `here`, that decides with others, `fra` and `nyc`.
class VotesTest {
  private static final String NAME = "www.example.com";
  private static final String PRIMARY = "192.0.2.1";
  private static final String BACKUP = "192.0.2.2";
  private static final Declared WWW = service(NAME, pool("a", PRIMARY), pool("b", BACKUP));
  private static final VerdictPolicy THREE = policy(0, 0, "here", "fra", "nyc");
  private static final Duration STALE_AFTER = Duration.ofSeconds(45);

  private PublishWorld world = PublishWorld.among(THREE, GuardPolicy.OFF, WWW).started();

  @AfterEach
  void stop() {
    world.close();
  }

  @Test
  void shouldStayWhereOneOfThreeLosesItsPath() throws Exception {
    allPresent();
    allSay(UP, PRIMARY, BACKUP);

    world.dies(PRIMARY);

    assertThat(world.answer(NAME)).containsExactly(PRIMARY);
    assertThat(endpoint().verdict()).isEqualTo(UP);
    assertThat(endpoint().healthReason()).isEqualTo("1 of 3 vantages say DOWN (here), 2 needed");
  }

  @Test
  void shouldFailOverWhereTwoOfThreeLoseIt() throws Exception {
    allPresent();
    allSay(UP, PRIMARY, BACKUP);

    world.dies(PRIMARY);
    say("fra", DOWN, PRIMARY);

    assertThat(world.answer(NAME)).containsExactly(BACKUP);
    assertThat(votes())
        .extracting(VoteState::vantage, VoteState::presence, VoteState::opinion)
        .containsExactly(
            tuple("here", PRESENT, DOWN), tuple("fra", PRESENT, DOWN), tuple("nyc", PRESENT, UP));
  }

  @Test
  void shouldBelieveTheOthersAgainstItsOwnEyes() throws Exception {
    allPresent();
    allSay(UP, PRIMARY, BACKUP);

    say("fra", DOWN, PRIMARY);
    say("nyc", DOWN, PRIMARY);

    assertThat(world.answer(NAME)).containsExactly(BACKUP);
    assertThat(world.history()).contains("endpoint www.example.com/a/192.0.2.1: UP -> DOWN");
  }

  @Test
  void shouldFreezeWhenCutOff() throws Exception {
    dieWhileCutOff();

    assertThat(world.answer(NAME)).containsExactly(PRIMARY);
    assertThat(endpoint().frozen()).isTrue();
    assertThat(endpoint().healthReason())
        .isEqualTo("frozen: 1 of 3 vantages present, 2 needed, so the last verdict (UP) stands");
    assertThat(votes())
        .extracting(VoteState::vantage, VoteState::presence, VoteState::detail)
        .containsExactly(
            tuple("here", PRESENT, ""),
            tuple("fra", ABSENT, "its lease ran out"),
            tuple("nyc", ABSENT, "its lease ran out"));
    assertThat(world.history()).contains("vantage fra: PRESENT -> ABSENT");
    assertThat(world.loop.state().alarms())
        .contains("the vantage nyc is absent: its lease ran out")
        .anySatisfy(alarm -> assertThat(alarm).startsWith("2 verdicts are frozen: 1 of 3"));
  }

  @Test
  void shouldDecideOnceTheOthersAreBack() throws Exception {
    dieWhileCutOff();

    say("fra", DOWN, PRIMARY);
    assertThat(world.answer(NAME)).containsExactly(PRIMARY);
    tell(new Change.Attendance("fra", PRESENT, ""));

    assertThat(world.answer(NAME)).containsExactly(BACKUP);
  }

  @Test
  void shouldCountWhatIsKnownUntilItIsStale() throws Exception {
    allPresent();
    allSay(UP, PRIMARY, BACKUP);
    say("fra", DOWN, PRIMARY);

    confirm(false, STALE_AFTER);
    world.advance(STALE_AFTER.minusSeconds(1));
    world.dies(PRIMARY);
    assertThat(world.answer(NAME)).containsExactly(BACKUP);

    world.recovers(PRIMARY);
    world.advance(Duration.ofSeconds(2));
    assertThat(endpoint().frozen()).isTrue();
    assertThat(endpoint().verdict()).isEqualTo(UP);
    world.dies(PRIMARY);
    assertThat(endpoint().verdict()).isEqualTo(UP);
    assertThat(votes())
        .extracting(VoteState::detail)
        .containsExactly("", "the shared view is stale", "the shared view is stale");

    confirm(true, STALE_AFTER);
    assertThat(endpoint().frozen()).isFalse();
    assertThat(endpoint().verdict()).isEqualTo(DOWN);
  }

  @Test
  void shouldBecomeStaleWithoutAWord() throws Exception {
    allPresent();
    allSay(UP, PRIMARY, BACKUP);
    world.time.advance(STALE_AFTER.plusSeconds(1));
    world.settle();
    assertThat(Objects.requireNonNull(world.loop.state().cluster()).stale()).isTrue();
    assertThat(endpoint().frozen()).isTrue();
  }

  @Test
  void shouldStartFrozenOnWhatItServedUntilTheOthersAreHeardOf() throws Exception {
    assertThat(endpoint().frozen()).isTrue();
    assertThat(endpoint().verdict()).isEqualTo(UNKNOWN);
    assertThat(world.answer(NAME)).containsExactly(PRIMARY);
    assertThat(votes()).extracting(VoteState::detail).contains("nothing was heard of it yet");
  }

  @Test
  void shouldAnswerAfterARestartCutOffWhatWasAgreedOnBefore() throws Exception {
    Declared pair = service(NAME, pool("a", PRIMARY, BACKUP));
    begin(THREE, GuardPolicy.OFF, pair);
    allPresent();
    allSay(UP, PRIMARY, BACKUP);
    say("fra", DOWN, PRIMARY);
    say("nyc", DOWN, PRIMARY);
    assertThat(world.answer(NAME)).containsExactly(BACKUP);

    world = world.restartedAmong(THREE, pair).started();

    assertThat(world.answer(NAME)).containsExactly(BACKUP);
    assertThat(endpoint().frozen()).isTrue();
    world.recovers(PRIMARY);
    assertThat(world.answer(NAME)).containsExactly(BACKUP);
  }

  @Test
  void shouldAbstainWhileImpairedAndLetTheOthersDecide() throws Exception {
    ProbeTarget canary = Declared.target("192.0.2.99");
    GuardPolicy guard =
        new GuardPolicy(
            true, List.of(canary), 1, Duration.ofSeconds(10), 90, 5, Duration.ofSeconds(3));
    begin(THREE, guard, WWW);
    allPresent();
    allSay(UP, PRIMARY, BACKUP);

    for (int failure = 0; failure < 3; failure++) {
      world.observe(canary, false, "timed out");
    }
    assertThat(votes()).extracting(VoteState::presence).containsExactly(IMPAIRED, PRESENT, PRESENT);
    assertThat(endpoint().frozen()).isFalse();

    say("fra", DOWN, PRIMARY);
    say("nyc", DOWN, PRIMARY);
    assertThat(world.answer(NAME)).containsExactly(BACKUP);
    assertThat(world.loop.state().alarms())
        .anySatisfy(alarm -> assertThat(alarm).startsWith("here is impaired and abstains: "));
  }

  @Test
  void shouldLetOneOfTwoSitesDecideAloneWhileItsCanariesPass() throws Exception {
    ProbeTarget canary = Declared.target("192.0.2.99");
    GuardPolicy guard =
        new GuardPolicy(
            true, List.of(canary), 1, Duration.ofSeconds(10), 90, 5, Duration.ofSeconds(3));
    begin(policy(1, 0, "here", "fra"), guard, WWW);
    allPresent();
    allSay(UP, PRIMARY, BACKUP);
    world.observe(canary, true, "ok");

    tell(new Change.Attendance("fra", ABSENT, "its lease ran out"));
    world.dies(PRIMARY);
    assertThat(world.answer(NAME)).containsExactly(PRIMARY);
    world.observe(canary, true, "ok");

    assertThat(world.answer(NAME)).containsExactly(BACKUP);
  }

  @Test
  void shouldFreezeWhenOneOfTwoSitesIsLostByDefault() throws Exception {
    begin(policy(0, 0, "here", "fra"), GuardPolicy.OFF, WWW);
    allPresent();
    allSay(UP, PRIMARY, BACKUP);

    tell(new Change.Attendance("fra", ABSENT, "its lease ran out"));
    world.dies(PRIMARY);

    assertThat(world.answer(NAME)).containsExactly(PRIMARY);
    assertThat(endpoint().frozen()).isTrue();
  }

  @Test
  void shouldAskOnlyThoseThatTheCheckNames() throws Exception {
    begin(THREE, GuardPolicy.OFF, asking(Set.of("fra", "nyc")));
    allPresent();
    allSay(UP, BACKUP);
    ProbeTarget asked = new ProbeTarget(check(Set.of("fra", "nyc")), Declared.destination(PRIMARY));
    assertThat(world.probes.targets()).doesNotContain(PRIMARY);
    say("fra", DOWN, asked);
    say("nyc", DOWN, asked);

    assertThat(world.answer(NAME)).containsExactly(BACKUP);
    assertThat(votes())
        .extracting(VoteState::presence)
        .containsExactly(NOT_ASKED, PRESENT, PRESENT);

    say("nyc", UP, asked);
    assertThat(endpoint().verdict()).isEqualTo(UP);
  }

  /// The database is looked at from one vantage alone, and counts with all.
  @Test
  void shouldTakeTheWordOfThoseThatAreAskedForACheckThatOthersCannotMake() throws Exception {
    Check everywhere = Declared.CHECK;
    Check inside = check(Set.of("fra"));
    Declared both =
        service(
            NAME, pool("a", Checks.all(List.of(everywhere, inside)), PRIMARY), pool("b", BACKUP));
    begin(THREE, GuardPolicy.OFF, both);
    allPresent();
    ProbeTarget insideTarget = new ProbeTarget(inside, Declared.destination(PRIMARY));
    allSay(UP, PRIMARY, BACKUP);
    say("fra", UP, insideTarget);
    assertThat(endpoint().verdict()).isEqualTo(UP);

    say("fra", DOWN, insideTarget);
    assertThat(votes()).extracting(VoteState::opinion).containsExactly(DOWN, DOWN, DOWN);
    assertThat(world.answer(NAME)).containsExactly(BACKUP);

    say("fra", UP, insideTarget);
    tell(new Change.Attendance("fra", ABSENT, "its lease ran out"));
    assertThat(votes()).extracting(VoteState::opinion).containsExactly(UNKNOWN, UP, UNKNOWN);
    assertThat(endpoint().frozen()).isTrue();
    assertThat(endpoint().verdict()).isEqualTo(UP);
  }

  @Test
  void shouldJudgeOnlyTheServicesWhoseOpinionsTurned() throws Exception {
    Declared other = service("mail.example.com", pool("a", "192.0.2.7"));
    begin(THREE, GuardPolicy.OFF, WWW, other);
    allPresent();
    allSay(UP, PRIMARY, BACKUP, "192.0.2.7");
    Instant before = world.endpoint("mail.example.com", "192.0.2.7").since();

    say("fra", DOWN, PRIMARY);
    say("nyc", DOWN, PRIMARY);

    assertThat(world.endpoint("mail.example.com", "192.0.2.7").since()).isEqualTo(before);
    assertThat(world.answer(NAME)).containsExactly(BACKUP);
  }

  @Test
  void shouldForgetWhatAListingDoesNotHold() throws Exception {
    allPresent();
    allSay(UP, PRIMARY, BACKUP);
    say("fra", DOWN, PRIMARY);
    say("nyc", DOWN, PRIMARY);
    assertThat(endpoint().verdict()).isEqualTo(DOWN);

    tell(new Change.Opinions("fra", true, Map.of(key(Declared.target(BACKUP)), opinion(UP))));
    tell(new Change.Opinions("nyc", false, Map.of(key(Declared.target(PRIMARY)), opinion(UP))));

    assertThat(votes()).extracting(VoteState::opinion).containsExactly(UP, UNKNOWN, UP);
    assertThat(endpoint().verdict()).isEqualTo(UP);
  }

  @Test
  void shouldProbeOnlyItsShareAndTakeOverThatOfOneWhoLeaves() throws Exception {
    String[] destinations =
        IntStream.range(1, 41).mapToObj(i -> "198.51.100." + i).toArray(String[]::new);
    begin(
        policy(0, 1, "here", "fra", "nyc"),
        GuardPolicy.OFF,
        service(NAME, pool("a", destinations)));
    assertThat(world.probes.targets()).hasSizeBetween(5, 25);
    List<String> before = world.probes.targets();

    allPresent();
    assertThat(world.probes.targets()).isEqualTo(before);
    tell(new Change.Attendance("nyc", ABSENT, "its lease ran out"));

    assertThat(world.probes.targets()).containsAll(before).hasSizeGreaterThan(before.size());
    String destination =
        world.probes.targets().stream().filter(t -> !before.contains(t)).findFirst().orElseThrow();
    assertThat(world.endpoint(NAME, destination).frozen()).isTrue();
    assertThat(world.endpoint(NAME, destination).votes())
        .extracting(VoteState::presence)
        .containsExactly(PRESENT, SPARED, ABSENT);
    world.passes(destination);
    assertThat(world.endpoint(NAME, destination).frozen()).isFalse();
    assertThat(world.endpoint(NAME, destination).verdict()).isEqualTo(UP);

    tell(new Change.Attendance("nyc", PRESENT, ""));
    assertThat(world.probes.targets()).isEqualTo(before);
    assertThat(world.endpoint(NAME, destination).opinions())
        .allSatisfy(opinion -> assertThat(opinion.health()).isEqualTo(UNKNOWN));
  }

  @Test
  void shouldNotTakeOverWhatTheOthersProbeWhenItIsCutOffItself() throws Exception {
    String[] destinations =
        IntStream.range(1, 41).mapToObj(i -> "198.51.100." + i).toArray(String[]::new);
    begin(
        policy(0, 1, "here", "fra", "nyc"),
        GuardPolicy.OFF,
        service(NAME, pool("a", destinations)));
    allPresent();
    List<String> before = world.probes.targets();

    world.advance(STALE_AFTER.plusSeconds(1));

    assertThat(world.probes.targets()).isEqualTo(before);
  }

  @Test
  void shouldDecideByTheOthersWhereItOnlyAnswers() throws Exception {
    begin(policy(0, 0, "fra", "nyc", "tyo"), GuardPolicy.OFF, WWW);
    assertThat(world.probes.targets()).isEmpty();
    for (String vantage : List.of("fra", "nyc", "tyo")) {
      tell(new Change.Attendance(vantage, PRESENT, ""));
      say(vantage, UP, BACKUP);
    }
    confirm(true, STALE_AFTER);
    say("fra", DOWN, PRIMARY);
    say("tyo", DOWN, PRIMARY);

    assertThat(world.answer(NAME)).containsExactly(BACKUP);
  }

  @Test
  void shouldTellNothingOfVantagesWhereThereIsOneAlone() throws Exception {
    world.close();
    world = PublishWorld.of(WWW).started();
    world.passes(PRIMARY);
    assertThat(world.loop.state().cluster()).isNull();
    assertThat(votes()).isEmpty();
    assertThat(endpoint().healthReason()).isEqualTo("here says UP");
  }

  private void begin(VerdictPolicy policy, GuardPolicy guard, Declared... services) {
    world.close();
    world = PublishWorld.among(policy, guard, services).started();
  }

  private static VerdictPolicy policy(int minPresent, int redundancy, String... names) {
    return new VerdictPolicy(
        new Quorum.Majority(),
        Stream.of(names).map(Vantage::of).toList(),
        minPresent,
        false,
        redundancy);
  }

  private static Declared asking(Set<String> vantages) {
    return service(
        NAME, pool("a", Checks.all(List.of(check(vantages))), PRIMARY), pool("b", BACKUP));
  }

  private static Check check(Set<String> vantages) {
    Check plain = Declared.CHECK;
    ProbeOptions options =
        new ProbeOptions(null, null, false, null, ProbeOptions.Addresses.ONE, true, true, vantages);
    return new Check(
        plain.kind(),
        new Declared.Port(5432),
        plain.interval(),
        plain.fastInterval(),
        plain.timeout(),
        plain.thresholds(),
        options);
  }

  private void dieWhileCutOff() throws Exception {
    allPresent();
    allSay(UP, PRIMARY, BACKUP);
    tell(new Change.Attendance("fra", ABSENT, "its lease ran out"));
    tell(new Change.Attendance("nyc", ABSENT, "its lease ran out"));
    world.dies(PRIMARY);
  }

  private void allPresent() throws Exception {
    tell(new Change.Attendance("fra", PRESENT, ""));
    tell(new Change.Attendance("nyc", PRESENT, ""));
    confirm(true, STALE_AFTER);
  }

  private void confirm(boolean reachable, Duration staleAfter) throws Exception {
    long now = world.time.time().nowNanos();
    tell(new Change.Confirmed(new SharedView(reachable, now, now + staleAfter.toNanos())));
  }

  private void allSay(Health health, String... destinations) throws Exception {
    for (String destination : destinations) {
      if (health == UP) {
        world.passes(destination);
      } else {
        world.dies(destination);
      }
    }
    for (String vantage : List.of("fra", "nyc")) {
      Map<String, PeerOpinion> opinions = new HashMap<>();
      for (String destination : destinations) {
        opinions.put(key(Declared.target(destination)), opinion(health));
      }
      tell(new Change.Opinions(vantage, false, opinions));
    }
  }

  private void say(String vantage, Health health, String destination) throws Exception {
    say(vantage, health, Declared.target(destination));
  }

  private void say(String vantage, Health health, ProbeTarget target) throws Exception {
    tell(new Change.Opinions(vantage, false, Map.of(key(target), opinion(health))));
  }

  private void tell(Change change) throws Exception {
    world.loop.peers(change);
    world.settle();
  }

  private PeerOpinion opinion(Health health) {
    return new PeerOpinion(health, world.time.now());
  }

  private static String key(ProbeTarget target) {
    return TargetKey.shared(TargetKey.of(target));
  }

  private EndpointState endpoint() {
    return world.endpoint(NAME, PRIMARY);
  }

  private List<VoteState> votes() {
    return endpoint().votes();
  }
}
