package detour.failover.opinion;

import static detour.failover.model.Health.DOWN;
import static detour.failover.model.Health.UP;

import detour.failover.model.Health;
import detour.failover.model.Thresholds;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One result applied to one opinion, by the rules that [OpinionRules] states.
///
/// The two kinds of result are seen as *against* the health before (failures in UP and UNKNOWN,
/// passes in DOWN) and *for* it, so that both directions are one piece of code.
final class OpinionStep {
  /// More DOWNs than this within one window double nothing: `flap_limit` was reached long before.
  private static final int DOWN_TIMES_KEPT = 31;

  private final Thresholds thresholds;
  private final Opinion before;
  private final Observation observation;
  private final boolean wasDown;

  /// Whether the result speaks against the health before.
  private final boolean against;

  /// Whether a probe with the opposite result started at the same time or later.
  private final boolean contradicted;

  OpinionStep(Thresholds thresholds, Opinion before, Observation observation) {
    this.thresholds = thresholds;
    this.before = before;
    this.observation = observation;
    wasDown = before.health() == DOWN;
    against = observation.passed() == wasDown;
    Observation opposite = observation.passed() ? before.newestFailure() : before.newestPass();
    contradicted = opposite != null && !startedLater(observation, opposite);
  }

  Opinion result() {
    List<Long> changeStarts = changeStarts();
    int totalFailures = totalFailures();
    int cleanRun = cleanRun();
    if (cleanRun >= thresholds.forgive()) {
      totalFailures = 0;
    }
    Health health = health(changeStarts.size(), totalFailures);
    boolean wentDown = health == DOWN && !wasDown;
    boolean turned = wentDown || (wasDown && health == UP);
    List<Long> downTimes = wentDown ? downTimes() : before.downTimes();
    return new Opinion(
        health,
        false,
        wasDown ? changeStarts.size() : supporting(before.consecutivePasses()),
        wasDown ? supporting(before.consecutiveFailures()) : changeStarts.size(),
        turned ? List.of() : changeStarts,
        // Turning spends the failures: a recovery that was earned starts with a clean slate.
        turned ? 0 : totalFailures,
        turned ? 0 : cleanRun,
        downTimes,
        wentDown ? riseNeeded(downTimes.size() - 1) : before.riseNeeded(),
        health == before.health() ? before.sinceNanos() : observation.endNanos(),
        observation.passed() ? later(before.newestPass()) : before.newestPass(),
        observation.passed() ? before.newestFailure() : later(before.newestFailure()),
        observation);
  }

  private Health health(int changes, int totalFailures) {
    if (wasDown) {
      return changes >= before.riseNeeded() ? UP : DOWN;
    }
    boolean tooMany = thresholds.fallTotal() > 0 && totalFailures >= thresholds.fallTotal();
    if (changes >= thresholds.fall() || tooMany) {
      return DOWN;
    }
    return observation.passed() ? UP : before.health();
  }

  /// The starts of the results against the health before that nothing started later contradicts.
  private List<Long> changeStarts() {
    List<Long> starts = new ArrayList<>(before.changeStarts());
    long start = observation.startNanos();
    if (!against) {
      starts.removeIf(changeStart -> changeStart - start <= 0);
    } else if (!contradicted) {
      starts.add(start);
      starts.sort((a, b) -> Long.signum(a - b));
    }
    return starts;
  }

  /// The count of results in a row for the health before.
  private int supporting(int count) {
    if (contradicted) {
      return count;
    }
    return against ? 0 : count + 1;
  }

  private int totalFailures() {
    if (thresholds.fallTotal() == 0 || wasDown) {
      return 0;
    }
    return before.totalFailures() + (observation.passed() ? 0 : 1);
  }

  private int cleanRun() {
    if (thresholds.fallTotal() == 0 || wasDown || !observation.passed()) {
      return 0;
    }
    return Math.min(thresholds.forgive(), before.cleanRun() + (contradicted ? 0 : 1));
  }

  /// The DOWNs within the window that ends with this one.
  private List<Long> downTimes() {
    long now = observation.endNanos();
    long window = thresholds.flapWindow().toNanos();
    if (window == 0) {
      return List.of(now);
    }
    List<Long> times = new ArrayList<>(before.downTimes());
    times.removeIf(time -> now - time > window);
    times.add(now);
    return times.subList(Math.max(0, times.size() - DOWN_TIMES_KEPT), times.size());
  }

  private int riseNeeded(int othersInWindow) {
    long doubled = (long) thresholds.rise() << othersInWindow;
    return (int) Math.min(doubled, thresholds.flapLimit());
  }

  private Observation later(@Nullable Observation known) {
    return known == null || startedLater(observation, known) ? observation : known;
  }

  private static boolean startedLater(Observation one, Observation other) {
    return one.startNanos() - other.startNanos() > 0;
  }
}
