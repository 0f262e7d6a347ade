package detour.server.publish;

import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Health;
import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.failover.model.Quorum;
import detour.failover.model.Service.Failback;
import detour.failover.model.Vantage;
import detour.failover.model.VerdictPolicy;
import detour.failover.verdict.Presence;
import detour.server.publish.Cluster.NotAgreed;
import detour.server.publish.Journal.SavedOpinion;
import detour.server.publish.Peers.PeerOpinion;
import detour.server.publish.Peers.SharedView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What a node decides alone and tells, what it asks for first, and what it takes over.
class AgreementTest {
  private static final String NAME = "www.example.com";
  private static final String PATH = NAME + "/ams";
  private static final Declared SERVICE =
      service(NAME, pool("ams", "192.0.2.1"), pool("fra", "192.0.2.2"));

  private final SettableTime time = new SettableTime();
  private final SteppedPublish.Disk disk = new SteppedPublish.Disk();
  private final ScriptedCluster cluster = new ScriptedCluster();

  @Test
  void shouldServeAFailoverAtOnceAndTellIt() {
    SteppedPublish node = node(SERVICE);
    dies(node, "192.0.2.1");

    assertThat(served(node)).isEqualTo("fra");
    assertThat(cluster.moved.getLast())
        .extracting(Latch::pool, Latch::epoch, Latch::by)
        .containsExactly("fra", 1L, "here");
  }

  @Test
  void shouldServeAFailbackOnlyOnceItIsAgreedOn() {
    SteppedPublish node = failedOver(SERVICE);
    recoversFor(node, 35);

    assertThat(cluster.asked).extracting(Latch::pool).containsExactly("ams");
    assertThat(served(node)).isEqualTo("fra");

    agree(node, latch("ams", 3, "here"));
    cluster.answers.getFirst().complete(null);
    node.turn();

    assertThat(served(node)).isEqualTo("ams");
    assertThat(cluster.moved).extracting(Latch::epoch).doesNotContain(4L);
  }

  @Test
  void shouldAskAgainForAFailbackThatWasNotAgreedOn() {
    SteppedPublish node = failedOver(SERVICE);
    recoversFor(node, 35);
    cluster.answers.getFirst().completeExceptionally(new NotAgreed("cut off"));
    node.turn();

    assertThat(served(node)).isEqualTo("fra");
    assertThat(reason(node)).contains("did not agree");

    time.advance(Duration.ofSeconds(2));
    node.turn();
    assertThat(cluster.asked).hasSize(2);
    assertThat(served(node)).isEqualTo("fra");
  }

  @Test
  void shouldTakeOverTheWinnersLatchAndJudgeFromThere() {
    SteppedPublish node =
        node(
            service(
                NAME,
                pool("ams", "192.0.2.1"),
                pool("fra", "192.0.2.2"),
                pool("nyc", "192.0.2.3")));
    dies(node, "192.0.2.1");
    agree(node, latch("nyc", 1, "other"));

    assertThat(served(node)).isEqualTo("nyc");
    assertThat(cluster.moved).extracting(Latch::pool).containsExactly("ams", "fra");
  }

  @Test
  void shouldLeaveAPoolThatItTookOverAndThatCannotServe() {
    SteppedPublish node = node(SERVICE);
    dies(node, "192.0.2.1");
    agree(node, latch("ams", 5, "other"));

    assertThat(served(node)).isEqualTo("fra");
    assertThat(cluster.moved.getLast())
        .extracting(Latch::pool, Latch::epoch)
        .containsExactly("fra", 6L);
  }

  @Test
  void shouldNotLeaveOnAFrozenVerdictWhatTheOthersAgreedOn() {
    SteppedPublish node = frozenAfterAFailover();
    cluster.moved.clear();
    agree(node, latch("ams", 3, "fra"));
    node.observed("192.0.2.2", true);
    node.turn();

    assertThat(served(node)).isEqualTo("fra");
    assertThat(cluster.moved).isEmpty();
  }

  @Test
  void shouldTakeOverWhatTheOthersAgreedOnOnceItHearsWhy() {
    SteppedPublish node = frozenAfterAFailover();
    cluster.moved.clear();
    agree(node, latch("ams", 3, "fra"));
    othersSay(node, Presence.PRESENT, Health.UP);

    assertThat(served(node)).isEqualTo("ams");
    assertThat(cluster.moved).isEmpty();
  }

  @Test
  void shouldLeaveWhatTheOthersAgreedOnOnceItsVerdictCounts() {
    SteppedPublish node = frozenAfterAFailover();
    cluster.moved.clear();
    agree(node, latch("ams", 3, "fra"));
    othersSay(node, Presence.PRESENT, Health.DOWN);

    assertThat(served(node)).isEqualTo("fra");
    assertThat(cluster.moved)
        .extracting(Latch::pool, Latch::epoch)
        .containsExactly(Assertions.tuple("fra", 4L));
  }

  @Test
  void shouldWaitItsWholeTimeAfterTakingOverALaterPool() {
    SteppedPublish node = node(SERVICE);
    passes(node, "192.0.2.1");
    time.advance(Duration.ofMinutes(10));
    passes(node, "192.0.2.1");
    agree(node, latch("fra", 1, "other"));

    assertThat(served(node)).isEqualTo("fra");
    time.advance(Duration.ofSeconds(29));
    node.turn();
    assertThat(cluster.asked).isEmpty();
    time.advance(Duration.ofSeconds(2));
    node.turn();
    assertThat(cluster.asked).extracting(Latch::pool).containsExactly("ams");
  }

  @Test
  void shouldNotFightOverAPoolThatItDoesNotHave() {
    SteppedPublish node = node(SERVICE);
    int told = cluster.moved.size();
    agree(node, latch("new", 7, "other"));

    assertThat(served(node)).isEqualTo("ams");
    assertThat(cluster.moved).hasSize(told);
  }

  @Test
  void shouldTellItsLatchAnewToAStoreThatLostIt() {
    SteppedPublish node = failedOver(SERVICE);
    cluster.moved.clear();
    node.inbox().agreed(new Agreed.Latches(List.of(), true, 1));
    node.turn();

    assertThat(served(node)).isEqualTo("fra");
    assertThat(cluster.moved)
        .extracting(Latch::pool, Latch::epoch)
        .containsExactly(Assertions.tuple("fra", 1L));
  }

  @Test
  void shouldAcknowledgeAnOverrideOnlyWhenTheOthersHaveIt() {
    SteppedPublish node = node(SERVICE);
    var done = node.setOverride(PATH, OperatorOverride.State.DRAIN, null);
    node.turn();
    assertThat(done).isNotDone();
    assertThat(served(node)).isEqualTo("ams");

    cluster.wishes.getFirst().complete(null);
    node.turn();
    assertThat(done).isCompleted();
    assertThat(served(node)).isEqualTo("fra");
  }

  @Test
  void shouldChangeNothingWhenTheOthersCannotBeTold() {
    SteppedPublish node = node(SERVICE);
    var done = node.setOverride(PATH, OperatorOverride.State.DRAIN, null);
    node.turn();
    cluster.wishes.getFirst().completeExceptionally(new NotAgreed("the store is away"));
    node.turn();

    assertThat(done)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("nothing was changed: the store is away");
    assertThat(served(node)).isEqualTo("ams");
  }

  @Test
  void shouldTakeOverOverridesOfOthersAndTheirClearing() {
    SteppedPublish node = node(SERVICE);
    agreeOn(node, drained(null));
    assertThat(served(node)).isEqualTo("fra");

    agreeOn(node, null);
    agree(node, latch("ams", 9, "other"));
    assertThat(served(node)).isEqualTo("ams");
    assertThat(disk.history())
        .anyMatch(event -> event.contains("override " + PATH + ": DRAIN (of another)"))
        .anyMatch(event -> event.contains("override " + PATH + ": DRAIN -> cleared"));
  }

  @Test
  void shouldTellTheOthersOfOverridesThatTheyNeverHeardOf() {
    SteppedPublish node = node(SERVICE);
    agreeOn(node, drained(null));
    cluster.wishedFor.clear();
    node.inbox().agreed(new Agreed.Overrides(Map.of(), true, 1));
    node.turn();

    assertThat(cluster.wishedFor).containsExactly(PATH);
    assertThat(served(node)).isEqualTo("fra");
  }

  @Test
  void shouldNotTakeOverAnOverrideThatHasRunOut() {
    SteppedPublish node = node(SERVICE);
    agreeOn(node, drained(time.now().minusSeconds(1)));
    assertThat(served(node)).isEqualTo("ams");
  }

  @Test
  void shouldTellAnOperatorWhyAFailbackWasNotAgreedOn() {
    SteppedPublish node = failedOver(SERVICE.failback(Failback.MANUAL));
    recoversFor(node, 5);
    var done = node.approveFailback(NAME);
    node.turn();
    assertThat(done).isNotDone();

    cluster.answers.getFirst().completeExceptionally(new NotAgreed("this node is cut off"));
    node.turn();
    assertThat(done)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("this node is cut off");
    assertThat(served(node)).isEqualTo("fra");
  }

  @Test
  void shouldAcknowledgeAFailbackOnceItIsAgreedOn() {
    SteppedPublish node = failedOver(SERVICE.failback(Failback.MANUAL));
    recoversFor(node, 5);
    var done = node.approveFailback(NAME);
    node.turn();
    agree(node, latch("ams", 3, "here"));
    cluster.answers.getFirst().complete(null);
    node.turn();

    assertThat(done).isCompleted();
    assertThat(served(node)).isEqualTo("ams");
  }

  private SteppedPublish node(Declared service) {
    return node(service, VerdictPolicy.ALONE);
  }

  private SteppedPublish node(Declared service, VerdictPolicy policy) {
    SteppedPublish node =
        SteppedPublish.of(time.time(), disk, cluster, "here", policy, List.of(service));
    node.begin();
    return node;
  }

  /// One of three vantages, which saw with the others that the first pool died, and was cut off
  /// from them then.
  private SteppedPublish frozenAfterAFailover() {
    List<Vantage> vantages = List.of(Vantage.of("here"), Vantage.of("fra"), Vantage.of("nyc"));
    SteppedPublish node = node(SERVICE, new VerdictPolicy(new Quorum.Majority(), vantages, 0));
    long now = time.time().nowNanos();
    long staleNanos = now + Duration.ofHours(1).toNanos();
    node.inbox().peers(new Peers.Change.Confirmed(new SharedView(true, now, staleNanos)));
    passes(node, "192.0.2.2");
    dies(node, "192.0.2.1");
    othersSay(node, Presence.PRESENT, Health.DOWN);
    assertThat(served(node)).isEqualTo("fra");
    agree(node, latch("fra", 2, "here"));
    for (String vantage : List.of("fra", "nyc")) {
      node.inbox().peers(new Peers.Change.Attendance(vantage, Presence.ABSENT, "it left"));
    }
    node.turn();
    return node;
  }

  private void othersSay(SteppedPublish node, Presence presence, Health ofTheFirst) {
    PeerOpinion opinion = new PeerOpinion(ofTheFirst, time.now());
    String target = TargetKey.shared(SteppedPublish.targetKey("192.0.2.1"));
    for (String vantage : List.of("fra", "nyc")) {
      node.inbox().peers(new Peers.Change.Opinions(vantage, false, Map.of(target, opinion)));
      node.inbox().peers(new Peers.Change.Attendance(vantage, presence, ""));
    }
    node.turn();
  }

  /// Epoch 2 is agreed on then.
  private SteppedPublish failedOver(Declared service) {
    SteppedPublish node = node(service);
    dies(node, "192.0.2.1");
    agree(node, latch("fra", 2, "here"));
    return node;
  }

  private void recoversFor(SteppedPublish node, int seconds) {
    for (int second = 0; second < seconds; second++) {
      passes(node, "192.0.2.1");
      time.advance(Duration.ofSeconds(1));
      node.turn();
    }
  }

  private void passes(SteppedPublish node, String destination) {
    time.advance(Duration.ofMillis(100));
    node.observed(destination, true);
    node.turn();
  }

  private void dies(SteppedPublish node, String destination) {
    for (int failure = 0; failure < 3; failure++) {
      time.advance(Duration.ofMillis(100));
      node.observed(destination, false);
      node.turn();
    }
  }

  private static void agree(SteppedPublish node, Latch latch) {
    node.inbox().agreed(new Agreed.Latches(List.of(latch), false, latch.epoch()));
    node.turn();
  }

  private static void agreeOn(SteppedPublish node, @Nullable OperatorOverride override) {
    node.inbox().agreed(Agreed.Overrides.of(OverridePath.parse(PATH), override, 1));
    node.turn();
  }

  private OperatorOverride drained(@Nullable Instant expires) {
    return new OperatorOverride(
        OperatorOverride.State.DRAIN, "of another", "bob", time.now().minusSeconds(60), expires);
  }

  private Latch latch(String pool, long epoch, String by) {
    return new Latch(NAME, "joint", pool, time.now(), false, epoch, by, "a test");
  }

  private static @Nullable String served(SteppedPublish node) {
    return node.state().services().getFirst().tracks().getFirst().pool();
  }

  private static String reason(SteppedPublish node) {
    return node.state().services().getFirst().tracks().getFirst().reason();
  }

  /// Others who answer when they are told to.
  private static final class ScriptedCluster implements Cluster {
    private final List<Latch> moved = new ArrayList<>();
    private final List<Latch> asked = new ArrayList<>();
    private final List<CompletableFuture<Void>> answers = new ArrayList<>();
    private final List<String> wishedFor = new ArrayList<>();
    private final List<CompletableFuture<Void>> wishes = new ArrayList<>();

    @Override
    public void opinions(Collection<SavedOpinion> all) {}

    @Override
    public void opinion(SavedOpinion transition) {}

    @Override
    public void impaired(boolean impaired, String finding) {}

    @Override
    public void serves(Serving serving) {}

    @Override
    public void moved(Latch latch) {
      moved.add(latch);
    }

    @Override
    public CompletableFuture<Void> failBack(Latch wanted) {
      asked.add(wanted);
      answers.add(new CompletableFuture<>());
      return answers.getLast();
    }

    @Override
    public CompletableFuture<Void> override(
        OverridePath path, @Nullable OperatorOverride override) {
      wishedFor.add(path.toString());
      wishes.add(new CompletableFuture<>());
      return wishes.getLast();
    }
  }
}
