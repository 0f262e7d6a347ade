package detour.failover.selection;

import static detour.failover.selection.Services.SECOND;
import static detour.failover.selection.Services.service;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Check;
import detour.failover.model.Checks;
import detour.failover.model.Health;
import detour.failover.model.Quorum;
import detour.failover.model.Service;
import detour.failover.model.Thresholds;
import detour.failover.model.Vantage;
import detour.failover.model.VerdictPolicy;
import detour.failover.selection.Simulation.Network;
import detour.failover.selection.Simulation.Outage;
import detour.failover.selection.Simulation.Watcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Replays days of outages on a virtual clock and checks what must hold at every step.
class SimulationTest {
  private static final long HOUR = 3600 * SECOND;
  private static final long INTERVAL = 5 * SECOND;
  private static final long FAST = SECOND / 2;
  private static final long TIMEOUT = 2 * SECOND;
  private static final long MARGIN = SECOND / 10;
  private static final Network PERFECT = (_, _, _) -> true;
  private static final VerdictPolicy THREE =
      new VerdictPolicy(
          new Quorum.Majority(), List.of(Vantage.of("v0"), Vantage.of("v1"), Vantage.of("v2")), 0);

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void shouldHoldItsPromisesThroughDaysOfRandomOutages(long seed) {
    Service service = checked("4 44 4").build();
    List<Outage> outages = randomOutages(service, seed, 72 * HOUR);
    Promises promises = new Promises(service, outages);
    new Simulation(
            service, VerdictPolicy.ALONE, losing(seed, 0.01), outages, true, 0, seed, promises)
        .run(72 * HOUR);
    assertThat(promises.changes).isGreaterThan(30);
    assertThat(promises.failbacks).isGreaterThan(10);
    assertThat(promises.foretold).isGreaterThan(100);
  }

  @Test
  void shouldNeverFailBackUnaskedWithManualFailback() {
    Service service = checked("44 44").manual().build();
    List<Outage> outages = randomOutages(service, 7, 72 * HOUR);
    Promises promises = new Promises(service, outages);
    List<String> moves = new ArrayList<>();
    Watcher watcher =
        new Watcher() {
          @Override
          public void evaluated(
              long now,
              List<List<EndpointHealth>> health,
              @Nullable Selection before,
              Selection after) {
            promises.evaluated(now, health, before, after);
            if (before != null && before.latch() > after.latch()) {
              moves.add("back");
              assertThat(after.pools().get(before.latch()).available())
                  .as("the standby is left only when it is gone")
                  .isFalse();
            }
          }
        };
    new Simulation(service, VerdictPolicy.ALONE, PERFECT, outages, true, 0, 7, watcher)
        .run(72 * HOUR);
    assertThat(moves).isNotEmpty();
  }

  /// The bounds: a kill costs one interval and two fast ones. A hang costs a timeout more, and one
  /// more again where overdue probes raise no suspicion.
  @ParameterizedTest(name = "hangs {0}, suspicion {1}")
  @CsvSource({
    "false, true,  6000",
    "false, false, 6000",
    "true,  true,  8000",
    "true,  false, 9500",
  })
  void shouldDetectWithinItsBound(boolean hangs, boolean suspicion, long boundMillis) {
    Service service = checked("4 4").build();
    EndpointPosition victim = new EndpointPosition(0, 0);
    List<Outage> outages = new ArrayList<>();
    Random random = new Random(11);
    for (int i = 1; i <= 100; i++) {
      long from = i * 300L * SECOND + (long) (random.nextDouble() * INTERVAL);
      outages.add(new Outage(victim, from, from + 60 * SECOND, hangs));
    }
    List<Long> delays = new ArrayList<>();
    Watcher watcher =
        new Watcher() {
          @Override
          public void evaluated(
              long now,
              List<List<EndpointHealth>> health,
              @Nullable Selection before,
              Selection after) {
            if (before != null && before.pool() == 0 && after.pool() == 1) {
              delays.add(now - outages.get(delays.size()).from());
            }
          }
        };
    new Simulation(service, VerdictPolicy.ALONE, PERFECT, outages, suspicion, 0, 11, watcher)
        .run(101 * 300 * SECOND);
    assertThat(delays).hasSameSizeAs(outages);
    assertThat(delays)
        .allSatisfy(delay ->
            assertThat(delay).isBetween(2 * FAST, boundMillis * Simulation.MILLI + MARGIN));
  }

  @ParameterizedTest(name = "suspicion {0}")
  @ValueSource(booleans = {true, false})
  void shouldNotFailOverOnFewerThanFallFailures(boolean suspicion) {
    Service service = checked("4 4").build();
    int[] lost = {0};
    Network twoOfThreeLost =
        (_, _, probe) -> {
          lost[0] += probe % 3 == 0 ? 0 : 1;
          return probe % 3 == 0;
        };
    Watcher watcher =
        new Watcher() {
          @Override
          public void evaluated(
              long now,
              List<List<EndpointHealth>> health,
              @Nullable Selection before,
              Selection after) {
            assertThat(after.status()).isEqualTo(Selection.Status.SERVING);
          }
        };
    new Simulation(
            service, VerdictPolicy.ALONE, twoOfThreeLost, List.of(), suspicion, 0, 3, watcher)
        .run(2 * HOUR);
    assertThat(lost[0]).isGreaterThan(1000);
  }

  @ParameterizedTest(name = "{0} of 3 vantages cut off from all, {1} absent -> moves {2}")
  @CsvSource({"1, 0, false", "2, 0, true", "3, 0, true", "1, 2, false", "1, 1, false"})
  void shouldFailOverByQuorumOnly(int blind, int absent, boolean moves) {
    Service service = checked("4 4").build();
    EndpointPosition victim = new EndpointPosition(0, 0);
    Network network =
        new Network() {
          @Override
          public boolean delivers(int vantage, EndpointPosition at, long probe) {
            return !at.equals(victim) || probe < 100 || vantage >= blind;
          }

          @Override
          public boolean present(int vantage, long now) {
            return now < HOUR / 60 || vantage < 3 - absent;
          }
        };
    List<Selection> selections = new ArrayList<>();
    Watcher watcher = collecting(selections);
    new Simulation(service, THREE, network, List.of(), true, 0, 5, watcher).run(HOUR);
    assertThat(selections.getLast().pool()).isEqualTo(moves ? 1 : 0);
  }

  @Test
  void shouldHoldItsPromisesWithThreeVantages() {
    Service service = checked("4 44").build();
    List<Outage> outages = randomOutages(service, 21, 24 * HOUR);
    Promises promises = new Promises(service, outages);
    new Simulation(service, THREE, losing(21, 0.02), outages, true, 0, 21, promises).run(24 * HOUR);
    assertThat(promises.changes).isGreaterThan(10);
  }

  /// Monotonic clocks of two nodes have nothing in common; one of them even wraps around.
  @ParameterizedTest
  @ValueSource(
      longs = {1_000_000_007L, -5_000_000_000_000L, Long.MAX_VALUE - 3600 * 1_000_000_000L})
  void shouldSelectTheSameOnTwoNodes(long origin) {
    Service service = checked("44 44 4").build();
    List<Outage> outages = randomOutages(service, 4, 12 * HOUR);
    assertThat(journal(service, outages, origin)).isEqualTo(journal(service, outages, 0));
  }

  private static List<String> journal(Service service, List<Outage> outages, long origin) {
    List<String> journal = new ArrayList<>();
    Watcher watcher =
        new Watcher() {
          @Override
          public void evaluated(
              long now,
              List<List<EndpointHealth>> health,
              @Nullable Selection before,
              Selection after) {
            journal.add(
                "%d %s %d %s %s %d"
                    .formatted(
                        now,
                        after.status(),
                        after.pool(),
                        after.endpoints(),
                        after.reason(),
                        after.ttl().seconds()));
          }
        };
    new Simulation(service, VerdictPolicy.ALONE, losing(4, 0.02), outages, true, origin, 4, watcher)
        .run(12 * HOUR);
    return journal;
  }

  private static Watcher collecting(List<Selection> selections) {
    return new Watcher() {
      @Override
      public void evaluated(
          long now,
          List<List<EndpointHealth>> health,
          @Nullable Selection before,
          Selection after) {
        selections.add(after);
      }
    };
  }

  private static Services checked(String pools) {
    Check check =
        new Check(
            "tcp",
            () -> ":80",
            Duration.ofNanos(INTERVAL),
            Duration.ofNanos(FAST),
            Duration.ofNanos(TIMEOUT),
            Thresholds.DEFAULT);
    return service(pools).checks(Checks.all(List.of(check)));
  }

  private static Network losing(long seed, double rate) {
    Random random = new Random(seed * 31);
    return (_, _, _) -> random.nextDouble() >= rate;
  }

  /// Outages of each endpoint, from seconds to half an hour, about one in an hour.
  private static List<Outage> randomOutages(Service service, long seed, long until) {
    Random random = new Random(seed);
    List<Outage> outages = new ArrayList<>();
    for (EndpointPosition at : Simulation.positions(service)) {
      long from = (long) (random.nextDouble() * HOUR);
      while (from < until) {
        double length = random.nextDouble() < 0.5 ? 30 * SECOND : HOUR / 2.0;
        long to = from + (long) (random.nextDouble() * length);
        outages.add(new Outage(at, from, to, random.nextBoolean()));
        from = to + (long) (random.nextDouble() * 2 * HOUR);
      }
    }
    return outages;
  }

  /// What must hold at every step, whatever fails.
  private static final class Promises implements Watcher {
    /// Longer than any detection or recovery with a few lost probes in between takes.
    private static final long SETTLED = 40 * SECOND;

    private final Service service;
    private final List<Outage> outages;
    private final long[] unavailableAt;
    private int changes;
    private int failbacks;
    private int foretold;

    Promises(Service service, List<Outage> outages) {
      this.service = service;
      this.outages = outages;
      unavailableAt = new long[service.pools().size()];
    }

    @Override
    public void evaluated(
        long now, List<List<EndpointHealth>> health, @Nullable Selection before, Selection after) {
      assertThat(after.ttl().seconds()).isBetween(5, 30);
      answersOnlyHealthyEndpoints(now, health, after);
      if (before != null && before.pool() != after.pool()) {
        changes++;
        failsBackOnlyInTime(now, before, after);
      }
      for (int pool = 0; pool < unavailableAt.length; pool++) {
        if (health.get(pool).stream().noneMatch(EndpointHealth::healthy)) {
          unavailableAt[pool] = now;
        }
      }
    }

    @Override
    public void foretold(long earliest, long now) {
      foretold++;
      assertThat(earliest).as("the earliest decision foretold").isLessThanOrEqualTo(now);
    }

    private void answersOnlyHealthyEndpoints(
        long now, List<List<EndpointHealth>> health, Selection selection) {
      boolean someHealthy = health.stream().flatMap(List::stream).anyMatch(EndpointHealth::healthy);
      assertThat(selection.status() != Selection.Status.LAST_RESORT).isEqualTo(someHealthy);
      assertThat(selection.endpoints()).isNotEmpty();
      for (EndpointPosition at : selection.endpoints()) {
        if (someHealthy) {
          assertThat(health.get(at.pool()).get(at.endpoint()).healthy()).isTrue();
          assertThat(deadForLong(at, now)).as("%s is long dead at %d", at, now).isFalse();
        }
      }
    }

    private boolean deadForLong(EndpointPosition at, long now) {
      return outages.stream()
          .anyMatch(o -> o.at().equals(at) && o.covers(now) && now - o.from() > SETTLED);
    }

    private void failsBackOnlyInTime(long now, Selection before, Selection after) {
      boolean back = before.pool() > after.pool() && after.pool() >= 0;
      if (back && after.pools().get(before.pool()).available()) {
        failbacks++;
        assertThat(now - unavailableAt[after.pool()])
            .isGreaterThanOrEqualTo(service.failbackAfter().toNanos());
      }
    }

    @Override
    public void turned(int vantage, EndpointPosition at, Health from, Health to, long now) {
      assertThat(to).isNotEqualTo(Health.UNKNOWN);
    }
  }
}
