package detour.server.publish;

import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Health;
import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.failover.model.Quorum;
import detour.failover.model.Vantage;
import detour.failover.model.VerdictPolicy;
import detour.failover.verdict.Presence;
import detour.server.publish.Peers.PeerOpinion;
import detour.server.publish.Peers.SharedView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A node between others whom a test speaks for.
abstract class AgreementCase {
  static final String NAME = "www.example.com";
  static final String PATH = NAME + "/ams";
  static final Declared SERVICE = service(NAME, pool("ams", "192.0.2.1"), pool("fra", "192.0.2.2"));

  private static final Instant SINCE = Instant.parse("2030-01-01T00:00:00Z");

  final SettableTime time = new SettableTime();
  final SteppedPublish.Disk disk = new SteppedPublish.Disk();
  final ScriptedCluster cluster = new ScriptedCluster();

  SteppedPublish node(Declared service) {
    return node(service, VerdictPolicy.ALONE);
  }

  SteppedPublish node(Declared service, VerdictPolicy policy) {
    SteppedPublish node =
        SteppedPublish.of(time.time(), disk, cluster, "here", policy, List.of(service));
    node.begin();
    return node;
  }

  /// One of three vantages, which saw with the others that the first pool died, and was cut off
  /// from them then.
  SteppedPublish frozenAfterAFailover(Declared service) {
    SteppedPublish node = amongOthers(service);
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

  /// One of three vantages.
  SteppedPublish amongOthers(Declared service) {
    List<Vantage> vantages = List.of(Vantage.of("here"), Vantage.of("fra"), Vantage.of("nyc"));
    SteppedPublish node = node(service, new VerdictPolicy(new Quorum.Majority(), vantages, 0));
    long now = time.time().nowNanos();
    long staleNanos = now + Duration.ofHours(1).toNanos();
    node.inbox().peers(new Peers.Change.Confirmed(new SharedView(true, now, staleNanos)));
    return node;
  }

  void othersSay(SteppedPublish node, Presence presence, Health ofTheFirst) {
    PeerOpinion opinion = new PeerOpinion(ofTheFirst, time.now());
    String target = TargetKey.shared(SteppedPublish.targetKey("192.0.2.1"));
    for (String vantage : List.of("fra", "nyc")) {
      node.inbox().peers(new Peers.Change.Opinions(vantage, false, Map.of(target, opinion)));
      node.inbox().peers(new Peers.Change.Attendance(vantage, presence, ""));
    }
    node.turn();
  }

  /// Epoch 2 is agreed on then.
  SteppedPublish failedOver(Declared service) {
    SteppedPublish node = node(service);
    dies(node, "192.0.2.1");
    agree(node, latch("fra", 2, "here"));
    return node;
  }

  void recoversFor(SteppedPublish node, int seconds) {
    for (int second = 0; second < seconds; second++) {
      passes(node, "192.0.2.1");
      time.advance(Duration.ofSeconds(1));
      node.turn();
    }
  }

  void passes(SteppedPublish node, String destination) {
    time.advance(Duration.ofMillis(100));
    node.observed(destination, true);
    node.turn();
  }

  void dies(SteppedPublish node, String destination) {
    for (int failure = 0; failure < 3; failure++) {
      time.advance(Duration.ofMillis(100));
      node.observed(destination, false);
      node.turn();
    }
  }

  static void agree(SteppedPublish node, Latch latch) {
    node.inbox().agreed(new Agreed.Latches(List.of(latch), false, latch.epoch()));
    node.turn();
  }

  static void agreeOn(SteppedPublish node, @Nullable OperatorOverride override) {
    agreeOn(node, PATH, override);
  }

  static void agreeOn(SteppedPublish node, String path, @Nullable OperatorOverride override) {
    node.inbox().agreed(Agreed.Overrides.of(OverridePath.parse(path), override, 1));
    node.turn();
  }

  OperatorOverride drained(@Nullable Instant expires) {
    return new OperatorOverride(
        OperatorOverride.State.DRAIN, "of another", "bob", time.now().minusSeconds(60), expires);
  }

  Latch latch(String pool, long epoch, String by) {
    return new Latch(NAME, "joint", pool, SINCE, false, epoch, by, "a test");
  }

  static @Nullable String served(SteppedPublish node) {
    return node.state().services().getFirst().tracks().getFirst().pool();
  }

  static String reason(SteppedPublish node) {
    return node.state().services().getFirst().tracks().getFirst().reason();
  }
}
