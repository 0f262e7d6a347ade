package detour.server.cluster;

import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Quorum;
import detour.failover.model.Service.Failback;
import detour.failover.model.Vantage;
import detour.failover.model.VerdictPolicy;
import detour.server.cluster.store.SimulatedClient;
import detour.server.cluster.store.SimulatedStore;
import detour.server.metrics.Metrics;
import detour.server.publish.Declared;
import detour.server.publish.SteppedPublish;
import detour.server.publish.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Two sites with a vantage each, `min_present: 1`, and the store at the site that is lost: the
/// other fails over without it, and that stands when everything returns.
class DarkFailoverTest {
  private static final long STEP_NANOS = 100_000_000L;
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
  private static final String NAME = "www.example.com";
  private static final Declared SERVICE =
      service(NAME, pool("ams", "192.0.2.1"), pool("fra", "192.0.2.2"));

  private final SimulatedStore store = new SimulatedStore(this::nowNanos);
  private final Set<String> dead = new HashSet<>();
  private final Site ams = new Site("ams1");
  private final Site fra = new Site("fra1");
  private long nanos = 3_600_000_000_000L;
  private long turns;

  @Test
  void shouldKeepTheFailoverForItsTimeWhenTheLostSiteReturns() {
    loseAmsterdam(SERVICE);
    amsterdamReturns(SERVICE);
    pass(Duration.ofSeconds(15));
    assertThat(ams.served()).isEqualTo("fra");
    assertThat(fra.served()).isEqualTo("fra");
    assertThat(stored()).isEqualTo("fra by fra1");

    pass(Duration.ofSeconds(60));
    assertThat(ams.served()).isEqualTo("ams");
    assertThat(fra.served()).isEqualTo("ams");
  }

  @Test
  void shouldKeepItUntilAnOperatorApproves() {
    Declared manual = SERVICE.failback(Failback.MANUAL);
    loseAmsterdam(manual);
    amsterdamReturns(manual);
    pass(Duration.ofMinutes(3));
    assertThat(ams.served()).isEqualTo("fra");
    assertThat(fra.served()).isEqualTo("fra");

    var done = ams.publish().approveFailback(NAME);
    pass(Duration.ofSeconds(2));
    assertThat(done).isCompleted();
    assertThat(ams.served()).isEqualTo("ams");
    assertThat(fra.served()).isEqualTo("ams");
  }

  @Test
  void shouldKeepItOverARestartInTheDark() {
    Declared manual = SERVICE.failback(Failback.MANUAL);
    loseAmsterdam(manual);
    fra.stop();
    fra.start(manual);
    fra.cut(true);
    pass(Duration.ofSeconds(10));
    amsterdamReturns(manual);
    pass(Duration.ofMinutes(1));

    assertThat(stored()).isEqualTo("fra by fra1");
    assertThat(ams.served()).isEqualTo("fra");
    assertThat(fra.served()).isEqualTo("fra");
  }

  @Test
  void shouldLeaveWhatCannotServeWhereverItWentInTheDark() {
    Declared manual = SERVICE.failback(Failback.MANUAL);
    loseAmsterdam(manual);
    dead.remove("192.0.2.1");
    dead.add("192.0.2.2");
    pass(Duration.ofSeconds(10));
    assertThat(fra.served()).isEqualTo("ams");

    amsterdamReturns(manual);
    pass(Duration.ofSeconds(20));
    assertThat(ams.served()).isEqualTo("ams");
    assertThat(fra.served()).isEqualTo("ams");
  }

  @Test
  void shouldFollowTheOtherWhereThatOneMovedMeanwhile() {
    Declared three =
        service(NAME, pool("ams", "192.0.2.1"), pool("fra", "192.0.2.2"), pool("nyc", "192.0.2.3"))
            .failback(Failback.MANUAL);
    ams.start(three);
    fra.start(three);
    pass(Duration.ofSeconds(10));
    // Both see the first pool die; each sees the other's site as lost, and the second pool with it.
    fra.cut(true);
    dead.add("192.0.2.1");
    ams.blindTo("192.0.2.2");
    pass(Duration.ofMinutes(1));
    assertThat(ams.served()).isEqualTo("nyc");
    assertThat(fra.served()).isEqualTo("fra");

    ams.blindTo(null);
    fra.cut(false);
    pass(Duration.ofSeconds(20));
    assertThat(stored()).isEqualTo("nyc by ams1");
    assertThat(ams.served()).isEqualTo("nyc");
    assertThat(fra.served()).isEqualTo("nyc");
  }

  /// Its vantage, its endpoint, and the store.
  private void loseAmsterdam(Declared service) {
    ams.start(service);
    fra.start(service);
    pass(Duration.ofSeconds(10));
    assertThat(fra.served()).isEqualTo("ams");
    ams.stop();
    fra.cut(true);
    dead.add("192.0.2.1");
    pass(Duration.ofMinutes(1));
    assertThat(fra.served()).isEqualTo("fra");
  }

  private void amsterdamReturns(Declared service) {
    dead.remove("192.0.2.1");
    pass(Duration.ofMinutes(2));
    ams.start(service);
    fra.cut(false);
  }

  private long nowNanos() {
    return nanos;
  }

  private void pass(Duration time) {
    long until = nanos + time.toNanos();
    while (nanos < until) {
      nanos += STEP_NANOS;
      turns++;
      store.run();
      ams.turn();
      fra.turn();
    }
  }

  private @Nullable String stored() {
    var entry = store.entry(Keys.of("default").latch(NAME, "joint"));
    if (entry == null) {
      return null;
    }
    var latch = Records.latch(entry.value(), NAME, "joint").orElseThrow();
    return latch.pool() + " by " + latch.by();
  }

  /// One node, which answers and probes.
  private final class Site {
    private final String name;
    private final SteppedPublish.Disk disk = new SteppedPublish.Disk();
    private final Time time = new Time(DarkFailoverTest.this::nowNanos, this::wall);
    private @Nullable Running running;
    private @Nullable String unseen;

    private record Running(
        SimulatedClient client, ClusterNode node, Participation core, SteppedPublish publish) {}

    Site(String name) {
      this.name = name;
    }

    private Instant wall() {
      return START.plusNanos(nanos);
    }

    void start(Declared service) {
      SimulatedClient client = store.client();
      Membership settings =
          new Membership(
              "default",
              name,
              name,
              Membership.Role.BOTH,
              SteppedMembers.LEASE,
              SteppedMembers.STALE_AFTER);
      ClusterNode node = new ClusterNode(settings, client, time, new Metrics());
      VerdictPolicy policy =
          new VerdictPolicy(
              new Quorum.Majority(), List.of(Vantage.of("ams1"), Vantage.of("fra1")), 1);
      SteppedPublish publish = SteppedPublish.of(time, disk, node, name, policy, List.of(service));
      publish.begin();
      Participation core = node.begin(publish.inbox(), new Random(name.hashCode()));
      running = new Running(client, node, core, publish);
    }

    void stop() {
      running().client().close();
      running = null;
    }

    void cut(boolean now) {
      running().client().unreachable(now);
    }

    void blindTo(@Nullable String destination) {
      unseen = destination;
    }

    SteppedPublish publish() {
      return running().publish();
    }

    @Nullable String served() {
      return publish().state().services().getFirst().tracks().getFirst().pool();
    }

    void turn() {
      Running now = running;
      if (now == null) {
        return;
      }
      if (turns % 10 == 0) {
        for (String destination : List.of("192.0.2.1", "192.0.2.2", "192.0.2.3")) {
          boolean seen = !destination.equals(unseen);
          now.publish().observed(destination, seen && !dead.contains(destination));
        }
      }
      now.publish().turn();
      now.node().turn(now.core());
      now.publish().turn();
      now.node().turn(now.core());
    }

    private Running running() {
      return Objects.requireNonNull(running, () -> name + " is not running");
    }
  }
}
