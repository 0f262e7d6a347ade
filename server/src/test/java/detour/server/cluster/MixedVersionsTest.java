package detour.server.cluster;

import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.failover.model.OperatorOverride.State;
import detour.failover.model.OverridePath;
import detour.failover.model.Quorum;
import detour.failover.model.Vantage;
import detour.failover.model.VerdictPolicy;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.SharedStore;
import detour.server.cluster.store.SimulatedStore;
import detour.server.cluster.store.Write;
import detour.server.metrics.Metrics;
import detour.server.publish.ClusterState;
import detour.server.publish.ClusterState.NodeState;
import detour.server.publish.Declared;
import detour.server.publish.SteppedPublish;
import detour.server.publish.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Two nodes on one store: that they show one epoch, and what they do with records of versions to
/// come.
class MixedVersionsTest {
  private static final String NAME = "www.example.com";
  private static final Keys KEYS = Keys.of("default");
  private static final Duration LEASE = Duration.ofSeconds(6);
  private static final Declared SERVICE =
      service(NAME, pool("ams", "192.0.2.1"), pool("fra", "192.0.2.2"));
  private static final Declared OTHER_SERVICE =
      service(NAME, pool("ams", "192.0.2.1"), pool("nyc", "192.0.2.3"));

  private long nanos = 3_600_000_000_000L;
  private final SimulatedStore store = new SimulatedStore(() -> nanos);
  private final SharedStore hand = store.client();
  private final List<Node> nodes = new ArrayList<>();

  private record Node(ClusterNode node, Participation core, SteppedPublish publish) {
    ClusterState state() {
      return core.state();
    }

    NodeState shows(String name) {
      return core.state().nodes().stream()
          .filter(node -> node.name().equals(name))
          .findFirst()
          .orElseThrow();
    }

    @Nullable String served() {
      return publish.state().services().getFirst().tracks().getFirst().pool();
    }
  }

  private Node join(String name, Declared service) {
    Time time = new Time(() -> nanos, () -> Instant.parse("2030-01-01T00:00:00Z").plusNanos(nanos));
    ClusterNode node =
        new ClusterNode(
            new Membership(
                "default", name, name, Membership.Role.BOTH, LEASE, LEASE.multipliedBy(3)),
            store.client(),
            time,
            new Metrics());
    VerdictPolicy policy =
        new VerdictPolicy(
            new Quorum.Majority(), List.of(Vantage.of("ams1"), Vantage.of("fra1")), 1);
    SteppedPublish publish =
        SteppedPublish.of(time, new SteppedPublish.Disk(), node, name, policy, List.of(service));
    publish.begin();
    Node joined = new Node(node, node.begin(publish.inbox(), new Random(nodes.size())), publish);
    nodes.add(joined);
    pass(Duration.ofSeconds(2));
    return joined;
  }

  private void pass(Duration time) {
    long until = nanos + time.toNanos();
    while (nanos < until) {
      for (Node each : nodes) {
        each.publish().turn();
        each.node().turn(each.core());
      }
      store.run();
      nanos += 20_000_000L;
    }
  }

  private void observed(String destination, boolean passed, int times) {
    for (int i = 0; i < times; i++) {
      nodes.forEach(each -> each.publish().observed(destination, passed));
      pass(Duration.ofMillis(200));
    }
  }

  private void put(String key, String value) {
    assertThat(hand.commit(List.of(), List.of(new Write.Put(key, value.getBytes(UTF_8), 0))))
        .isNotNull();
    pass(Duration.ofSeconds(3));
  }

  private String stored(String key) {
    Entry entry = store.entry(key);
    return entry == null ? "" : entry.text();
  }

  @Test
  void shouldShowOneEpochAfterAFailover() {
    Node ams = join("ams1", SERVICE);
    Node fra = join("fra1", SERVICE);
    observed("192.0.2.1", true, 1);
    observed("192.0.2.2", true, 1);
    pass(Duration.ofSeconds(3));
    long before = ams.publish().table().epoch();
    assertThat(before).isPositive().isEqualTo(fra.publish().table().epoch());

    observed("192.0.2.1", false, 3);
    pass(Duration.ofSeconds(3));

    assertThat(ams.served()).isEqualTo("fra");
    long after = ams.publish().table().epoch();
    assertThat(after).isGreaterThan(before).isEqualTo(fra.publish().table().epoch());
    assertThat(after).isEqualTo(revisionOf(KEYS.latch(NAME, "joint")));
    assertThat(ams.state().nodes())
        .allSatisfy(node -> {
          assertThat(node.agrees()).as(node.disagreement()).isTrue();
          assertThat(node.epoch()).isEqualTo(after);
          assertThat(node.behind()).isNull();
        });
    assertThat(ams.state().alarms()).isEmpty();
  }

  private long revisionOf(String key) {
    Entry entry = store.entry(key);
    return entry == null ? 0 : entry.modRevision();
  }

  @Test
  void shouldKeepTheEpochWhereTheConfigurationHasNoSuchPool() {
    Node ams = join("ams1", SERVICE);
    Node fra = join("fra1", OTHER_SERVICE);
    observed("192.0.2.2", true, 1);
    observed("192.0.2.3", true, 1);
    observed("192.0.2.1", true, 1);
    put(
        KEYS.latch(NAME, "joint"),
        "{\"v\":1,\"pool\":\"fra\",\"since\":\"2030-01-01T00:00:00Z\",\"epoch\":9,\"by\":\"ams1\"}");

    assertThat(ams.shows("ams1").agrees()).isTrue();
    assertThat(fra.publish().table().epoch()).isLessThan(ams.publish().table().epoch());
    assertThat(ams.shows("fra1").behind()).isNotNull();
    pass(Duration.ofSeconds(2));
    NodeState behind = ams.shows("fra1");
    assertThat(behind.agrees()).isFalse();
    assertThat(behind.behind()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    assertThat(behind.disagreement())
        .contains("has no pool fra of www.example.com, to which ams1 moved");
    assertThat(ams.state().alarms()).anyMatch(alarm -> alarm.contains("is configured otherwise"));
  }

  @Test
  void shouldLeaveALatchOfALaterVersionAlone() {
    Node ams = join("ams1", SERVICE);
    observed("192.0.2.1", true, 1);
    observed("192.0.2.2", true, 1);
    String later =
        "{\"v\":2,\"pool\":\"fra\",\"since\":\"2030-01-01T00:00:00Z\",\"epoch\":9,\"by\":\"x\"}";
    put(KEYS.latch(NAME, "joint"), later);
    assertThat(ams.served()).as("not misread").isEqualTo("ams");

    observed("192.0.2.1", false, 3);
    pass(Duration.ofSeconds(5));

    assertThat(ams.served()).as("its own endpoint is down all the same").isEqualTo("fra");
    assertThat(stored(KEYS.latch(NAME, "joint"))).isEqualTo(later);
    assertThat(ams.publish().table().epoch()).isLessThan(revisionOf(KEYS.latch(NAME, "joint")));
    assertThat(ams.state().alarms())
        .anyMatch(alarm -> alarm.contains("a later version wrote: upgrade it"));
  }

  @Test
  void shouldFollowALatchAgainThatWasWrittenInAFormThatItKnows() {
    Node ams = join("ams1", SERVICE);
    observed("192.0.2.1", true, 1);
    observed("192.0.2.2", true, 1);
    put(KEYS.latch(NAME, "joint"), "{\"v\":2}");
    put(
        KEYS.latch(NAME, "joint"),
        "{\"v\":1,\"pool\":\"fra\",\"since\":\"2030-01-01T00:00:00Z\",\"epoch\":9,\"by\":\"x\"}");

    assertThat(ams.served()).isEqualTo("fra");
    assertThat(ams.publish().table().epoch()).isEqualTo(revisionOf(KEYS.latch(NAME, "joint")));
    assertThat(ams.state().alarms()).isEmpty();
  }

  @Test
  void shouldLeaveAnOverrideOfALaterVersionAlone() {
    Node ams = join("ams1", SERVICE);
    String key = KEYS.override(OverridePath.parse(NAME + "/ams"));
    String later = "{\"v\":2,\"state\":\"DOWN\",\"since\":\"2030-01-01T00:00:00Z\"}";
    put(key, later);
    assertThat(ams.served()).as("not misread").isEqualTo("ams");

    CompletableFuture<Void> answer = ams.publish().setOverride(NAME + "/ams", State.DRAIN, null);
    pass(Duration.ofSeconds(1));

    assertThat(stored(key)).isEqualTo(later);
    assertThat(answer).isCompletedExceptionally();
    assertThatThrownBy(answer::join).hasMessageContaining("a later version of Detour wrote");
  }

  @Test
  void shouldShowANodeWhoseRecordsItCannotReadAndNotCountIt() {
    Node ams = join("ams1", SERVICE);
    put(
        KEYS.presence("fra1"),
        "{\"v\":2,\"version\":\"9.1.0\",\"impaired\":[],\"digest\":\"0\",\"serves\":\"0\"}");

    NodeState later = ams.shows("fra1");
    assertThat(later.version()).isEqualTo("9.1.0");
    assertThat(later.presence()).isEqualTo("ABSENT");
    assertThat(later.agrees()).isFalse();
    assertThat(later.disagreement())
        .contains("it runs version 9.1.0, whose records (v2) this node cannot read");
  }

  @Test
  void shouldSayThatItIsOlderThanAnotherAndCountThatAllTheSame() {
    Node ams = join("ams1", SERVICE);
    Node fra = join("fra1", SERVICE);
    String own = stored(KEYS.presence("fra1"));
    nodes.remove(fra);
    put(
        KEYS.presence("fra1"),
        own.replace("\"protocol\":1", "\"protocol\":2,\"moon\":\"full\"")
            .replace("\"version\":\"", "\"version\":\"9-"));

    assertThat(ams.shows("fra1").presence()).isEqualTo("PRESENT");
    assertThat(ams.state().alarms())
        .anyMatch(alarm -> alarm.contains("this node is older than fra1 (9-"));
  }
}
