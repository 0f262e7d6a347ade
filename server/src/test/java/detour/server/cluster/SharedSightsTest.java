package detour.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Health;
import detour.server.cluster.store.Entry;
import detour.server.metrics.Counter;
import detour.server.publish.Journal.SavedOpinion;
import detour.server.trend.OtherSights.Told;
import detour.server.trend.Sight;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// Vantages tell of their probes while somebody looks, and nobody pays while nobody does.
class SharedSightsTest {
  private static final String WWW = "www.example.com";
  private static final Keys KEYS = SteppedMembers.KEYS;

  private final SteppedMembers members = new SteppedMembers();

  /// By member and service: how often it was told.
  private final Map<String, Integer> told = new HashMap<>();

  @Test
  void shouldNameItsKeysSoThatTheyCanBeReadBack() {
    assertThat(KEYS.subject(KEYS.sight("a/1", "*.example.com")))
        .isEqualTo(new Keys.Subject.Sight("a/1", "*.example.com"));
    assertThat(KEYS.subject(KEYS.watched("a/1", WWW)))
        .isEqualTo(new Keys.Subject.Watched("a/1", WWW));
    assertThat(KEYS.sight("a", WWW)).startsWith(KEYS.sights("a"));
    assertThat(KEYS.watched("a", WWW)).startsWith(KEYS.watched("a"));
  }

  @Test
  void shouldWriteNothingWhileNobodyLooks() {
    join("ams");
    join("fra");
    members.pass(Duration.ofMinutes(3));

    assertThat(told).isEmpty();
    assertThat(keys("/watched/")).isEmpty();
    assertThat(keys("/sights/")).isEmpty();
  }

  @Test
  void shouldShowWhatTheOthersTellAgentsToo() {
    SteppedMember ams = join("ams");
    join("fra");
    join("nyc", Membership.Role.PROBE);
    join("dns", Membership.Role.ANSWER);

    assertThat(ams.look(WWW).byVantage()).isEmpty();
    members.pass(Duration.ofSeconds(3));

    Told seen = ams.look(WWW);
    assertThat(seen.trouble()).isNull();
    assertThat(seen.byVantage()).containsOnlyKeys("fra", "nyc");
    assertThat(sight(seen, "nyc").note()).isEqualTo("nyc saw " + WWW + ", 1");
  }

  @Test
  void shouldTellAnewWhileSomebodyLooksAndNotMoreOften() {
    SteppedMember ams = join("ams");
    join("fra");
    lookFor(ams, Duration.ofMinutes(5));

    assertThat(told).containsOnlyKeys("fra " + WWW);
    assertThat(told.get("fra " + WWW)).isBetween(18, 21);
    assertThat(entry(KEYS.watched("ams", WWW)).leaseId()).isNotZero();
    assertThat(entry(KEYS.sight("fra", WWW)).leaseId()).isNotZero();
    assertThat(ams.count(Counter.CLUSTER_COMMITS_FAILED)).isZero();
  }

  @Test
  void shouldTakeBackWhatNobodyLooksAtAnyMore() {
    SteppedMember ams = join("ams");
    join("fra");
    lookFor(ams, Duration.ofSeconds(30));
    assertThat(keys("/sights/")).hasSize(1);

    members.pass(Duration.ofSeconds(75));
    assertThat(keys("/watched/")).isEmpty();
    assertThat(keys("/sights/")).isEmpty();
    int before = told.getOrDefault("fra " + WWW, 0);
    members.pass(Duration.ofMinutes(2));
    assertThat(told).containsEntry("fra " + WWW, before);
  }

  @Test
  void shouldStopTellingWhenWhoLookedIsGone() {
    SteppedMember ams = join("ams");
    join("fra");
    lookFor(ams, Duration.ofSeconds(20));
    ams.client.unreachable(true);
    members.pass(SteppedMembers.LEASE.plusSeconds(8));

    assertThat(keys("/watched/")).isEmpty();
    assertThat(keys("/sights/")).isEmpty();
  }

  @Test
  void shouldServeWhoLooksAfterARestart() {
    SteppedMember before = join("ams");
    join("fra");
    lookFor(before, Duration.ofSeconds(20));
    var _ = before.core.end();
    members.leave(before);
    SteppedMember after = join("ams");

    var _ = after.look(WWW);
    members.pass(Duration.ofSeconds(3));

    assertThat(after.look(WWW).byVantage()).containsOnlyKeys("fra");
    members.pass(Duration.ofSeconds(80));
    assertThat(keys("/watched/")).isEmpty();
  }

  @Test
  void shouldTellAVantageThatStartsWhileSomebodyLooks() {
    SteppedMember ams = join("ams");
    join("fra");
    lookFor(ams, Duration.ofSeconds(20));
    join("nyc");
    lookFor(ams, Duration.ofSeconds(3));

    assertThat(ams.look(WWW).byVantage()).containsOnlyKeys("fra", "nyc");
  }

  @Test
  void shouldTellTheNinthThatEightAreLookedAt() {
    SteppedMember ams = join("ams");
    join("fra");
    for (int i = 1; i <= 8; i++) {
      assertThat(ams.look("s" + i).trouble()).isNull();
    }

    assertThat(ams.look("s9").trouble()).contains("8 other services");
    members.pass(Duration.ofSeconds(20));
    assertThat(keys("/watched/")).hasSize(8);
    assertThat(ams.look("s1").trouble()).isNull();
    members.pass(Duration.ofSeconds(45));
    assertThat(ams.look("s9").trouble()).isNull();
  }

  @Test
  void shouldTellOfABoundedNumberOfServices() {
    for (int node = 0; node < 5; node++) {
      SteppedMember each = join("n" + node, Membership.Role.ANSWER);
      for (int i = 0; i < 8; i++) {
        var _ = each.look("s" + node + "." + i);
      }
    }
    join("fra");
    members.pass(Duration.ofSeconds(50));

    assertThat(keys("/sights/")).hasSize(SharedSights.TOLD_MAX);
  }

  /// What etcd must remember of it is bounded, however long the records are and however many look.
  @Test
  void shouldWriteAFewKilobytesASecondAtMost() {
    SteppedMember ams = join("ams");
    SteppedMember fra = join("fra");
    byte[] large = new byte[SightRecords.BYTES_MAX];
    List<Long> written = new ArrayList<>();
    fra.drawing =
        _ -> {
          written.add(members.nowNanos());
          return large;
        };
    for (int second = 0; second < 120; second++) {
      for (int i = 0; i < 8; i++) {
        var _ = ams.look("s" + i);
      }
      members.pass(Duration.ofSeconds(1));
    }

    assertThat(written).hasSizeBetween(7, 9);
  }

  @Test
  void shouldLeaveOpinionsAndTheirDigestsAlone() {
    SteppedMember ams = join("ams");
    SteppedMember fra = join("fra");
    fra.core.opinion(new SavedOpinion("tcp #1", Health.DOWN, members.now()));
    lookFor(ams, Duration.ofMinutes(1));

    assertThat(ams.count(Counter.CLUSTER_DIGESTS_DIFFERED)).isZero();
    assertThat(keys("/opinions/")).hasSize(1);
    assertThat(Records.heartbeat(entry(KEYS.presence("fra")).value()).orElseThrow().opinions())
        .isEqualTo(1);
  }

  @Test
  void shouldTellNothingWhileAnythingElseIsToBeTold() {
    SteppedMember ams = join("ams");
    SteppedMember fra = join("fra");
    fra.client.slow(Duration.ofMillis(300));
    var _ = ams.look(WWW);
    List<SavedOpinion> many = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      many.add(new SavedOpinion("tcp #" + i, Health.DOWN, members.now()));
    }
    fra.core.opinions(many);
    members.pass(Duration.ofSeconds(5));
    assertThat(keys("/opinions/").size()).isBetween(500, 1_900);
    assertThat(told).isEmpty();

    lookFor(ams, Duration.ofSeconds(15));
    assertThat(keys("/opinions/")).hasSize(2_000);
    assertThat(told).containsKey("fra " + WWW);
  }

  @Test
  void shouldSayThatTheStoreIsGoneAndShowWhatWasTold() {
    SteppedMember ams = join("ams");
    join("fra");
    lookFor(ams, Duration.ofSeconds(5));
    ams.client.unreachable(true);
    members.pass(Duration.ofSeconds(10));

    Told seen = ams.look(WWW);
    assertThat(seen.trouble()).contains("cannot be reached");
    assertThat(seen.byVantage()).containsOnlyKeys("fra");

    ams.client.unreachable(false);
    lookFor(ams, Duration.ofSeconds(20));
    assertThat(ams.look(WWW).trouble()).isNull();
    assertThat(ams.look(WWW).byVantage()).containsOnlyKeys("fra");
  }

  /// A store that takes heartbeats and no sights, as one that limits how long a request may be.
  @Test
  void shouldStayPresentAndTryRarelyWhenItsSightsAreRefused() {
    SteppedMember ams = join("ams");
    SteppedMember fra = join("fra");
    members.store.refuseLongerThan(1_000);
    fra.drawing = _ -> drawn("fra");
    lookFor(ams, Duration.ofMinutes(2));

    assertThat(told.get("fra")).isBetween(7, 9);
    assertThat(keys("/sights/")).isEmpty();
    assertThat(members.store.entry(KEYS.presence("fra"))).isNotNull();
    assertThat(fra.core.state().trouble()).isNull();
  }

  @Test
  void shouldTellOfTheOthersAlthoughOneIsRefused() {
    SteppedMember ams = join("ams");
    SteppedMember fra = join("fra");
    members.store.refuseLongerThan(1_000);
    Function<String, byte[]> brief = fra.drawing;
    fra.drawing = service -> service.equals("s0") ? drawn("fra") : brief.apply(service);
    for (int i = 0; i < 4; i++) {
      var _ = ams.look("s" + i);
    }
    members.pass(Duration.ofSeconds(30));

    assertThat(keys("/sights/"))
        .containsExactly(KEYS.sight("fra", "s1"), KEYS.sight("fra", "s2"), KEYS.sight("fra", "s3"));
  }

  @Test
  void shouldAskAtOnceAlthoughItToldMuch() {
    SteppedMember ams = join("ams");
    SteppedMember fra = join("fra");
    fra.drawing = _ -> new byte[SightRecords.BYTES_MAX];
    var _ = ams.look(WWW);
    members.pass(Duration.ofSeconds(2));
    assertThat(keys("/sights/")).hasSize(1);

    var _ = fra.look("other");
    members.pass(Duration.ofSeconds(2));

    assertThat(fra.look("other").byVantage()).containsOnlyKeys("ams");
  }

  @Test
  void shouldGoOnWhenWhatWasFoundCannotBeDrawn() {
    SteppedMember ams = join("ams");
    SteppedMember fra = join("fra");
    fra.drawing =
        service -> {
          if (told.merge(service, 1, Integer::sum) < 3) {
            throw new IllegalStateException("a fault of the program");
          }
          return drawn("fra");
        };
    lookFor(ams, Duration.ofMinutes(1));

    assertThat(ams.look(WWW).byVantage()).containsOnlyKeys("fra");
  }

  @Test
  void shouldShowTheTimesOfAClockThatIsAheadByItsOwnClock() {
    SteppedMember ams = join("ams");
    SteppedMember fra = members.join("fra", Membership.Role.BOTH, Duration.ofMinutes(7));
    fra.drawing =
        _ ->
            SightRecords.bounded(
                new Sight(members.now().plus(Duration.ofMinutes(7)), "", 0, List.of()));
    lookFor(ams, Duration.ofSeconds(20));

    assertThat(Duration.between(sight(ams.look(WWW), "fra").at(), members.now()).abs())
        .isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void shouldTakeWhatItCannotReadForNothing() {
    SteppedMember ams = join("ams");
    join("fra");
    lookFor(ams, Duration.ofSeconds(3));
    members.put(KEYS.sight("fra", WWW), "{\"v\":9}".getBytes(StandardCharsets.UTF_8));

    assertThat(ams.look(WWW).byVantage()).isEmpty();
  }

  private SteppedMember join(String name) {
    return join(name, Membership.Role.BOTH);
  }

  private SteppedMember join(String name, Membership.Role role) {
    SteppedMember member = members.join(name, role);
    member.drawing =
        service -> {
          int times = told.merge(name + " " + service, 1, Integer::sum);
          String note = "%s saw %s, %d".formatted(name, service, times);
          return SightRecords.bounded(new Sight(members.now(), note, 0, List.of()));
        };
    return member;
  }

  /// Longer than a thousand octets.
  private byte[] drawn(String name) {
    told.merge(name, 1, Integer::sum);
    return SightRecords.bounded(SightRecordsTest.sight(2));
  }

  private void lookFor(SteppedMember member, Duration time) {
    for (int second = 0; second < time.toSeconds(); second++) {
      var _ = member.look(WWW);
      members.pass(Duration.ofSeconds(1));
    }
  }

  private static Sight sight(Told told, String vantage) {
    return Objects.requireNonNull(told.byVantage().get(vantage));
  }

  private Entry entry(String key) {
    return Objects.requireNonNull(members.store.entry(key));
  }

  private List<String> keys(String with) {
    return new TreeSet<>(members.store.texts().keySet())
        .stream().filter(key -> key.contains(with)).toList();
  }
}
