package detour.server.probe;

import detour.failover.model.Check;
import detour.failover.model.ProbeTarget;
import org.jspecify.annotations.Nullable;

/// A target and where it stands in its schedule. All but the removal belongs to the lane's thread.
final class ScheduledTarget {
  private final ProbeTarget target;
  private final int lane;
  private final long intervalNanos;
  private final long fastIntervalNanos;
  private final int overlapMax;
  private volatile boolean removed;

  /// How long it usually takes; null where probes of it are never suspected before their timeout.
  private final @Nullable UsualLatency latency;

  /// The connection that is held to it; null until there is a reason to think of one.
  @Nullable Tripwire tripwire;

  /// The next start of the normal cadence.
  long gridNanos;

  /// The next start of the fast cadence.
  long fastNanos;

  /// Whether publish has seen a change in the air.
  boolean pending;

  /// Whether a probe, the one that started at `suspectNanos`, is overdue and nothing has
  /// contradicted it yet.
  boolean suspected;

  long suspectNanos;

  /// A start of the normal cadence waits for the probe before it to end.
  boolean due;

  /// It waits because too many probes of the lane are under way, since its start at `dueNanos`.
  boolean deferred;

  long dueNanos;
  int inFlight;

  /// When the last probe started; meaningful once `started`.
  long lastStartNanos;

  boolean started;

  /// How many passes there were in a row; negative for failures. By order of start: an older
  /// probe's result changes nothing.
  int passesInARow;

  /// When the probe started that `passesInARow` counted last; meaningful where that is not 0.
  private long newestResultNanos;

  /// Entries of the agenda with another version are void.
  int version;

  ScheduledTarget(ProbeTarget target, int lane, long firstStartNanos) {
    Check check = target.check();
    this.target = target;
    this.lane = lane;
    this.intervalNanos = Math.max(1, check.interval().toNanos());
    this.fastIntervalNanos = Math.max(1, check.fastInterval().toNanos());
    long timeoutNanos = check.timeout().toNanos();
    this.overlapMax = (int) Math.min(1000, Math.ceilDiv(timeoutNanos, fastIntervalNanos) + 1);
    this.gridNanos = firstStartNanos;
    // To an inverted check, hanging is a pass: there is nothing to suspect.
    boolean suspectEarly = check.options().earlySuspicion() && !check.options().inverted();
    this.latency = suspectEarly ? new UsualLatency(fastIntervalNanos / 2, timeoutNanos) : null;
  }

  ProbeTarget target() {
    return target;
  }

  int lane() {
    return lane;
  }

  long intervalNanos() {
    return intervalNanos;
  }

  long fastIntervalNanos() {
    return fastIntervalNanos;
  }

  @Nullable UsualLatency latency() {
    return latency;
  }

  /// Any thread.
  boolean removed() {
    return removed;
  }

  /// Any thread: from here on it is not probed, and what is under way is not reported.
  void remove() {
    removed = true;
  }

  /// Whether its probes start every fast interval and overlap.
  boolean fast() {
    return pending || suspected;
  }

  /// Whether its probes may well hang.
  boolean doubtful() {
    return fast() || passesInARow < 0;
  }

  /// Whether there is no reason to doubt that it is up.
  boolean settled() {
    return !fast() && passesInARow > 0;
  }

  /// Whether its newest result was a pass and no change is pending.
  boolean isWell() {
    return !pending && passesInARow > 0;
  }

  /// Whether another probe of the cadence may start: overlapping only while fast, and then as many
  /// as start within one timeout.
  boolean mayStart() {
    return !removed && inFlight < (fast() ? overlapMax : 1);
  }

  /// Whether a probe may start beside what is under way.
  boolean mayOverlap() {
    return !removed && inFlight < overlapMax;
  }

  /// When a probe that starts now is overdue; [UsualLatency#NEVER] while none can be.
  long overdueAfterNanos() {
    return latency == null || !settled() ? UsualLatency.NEVER : latency.overdueAfterNanos();
  }

  /// Takes in the result of a probe.
  void ended(long startNanos, boolean passed) {
    if (passesInARow != 0 && startNanos - newestResultNanos < 0) {
      return;
    }
    newestResultNanos = startNanos;
    int before = passesInARow;
    passesInARow = passed ? Math.max(0, before) + 1 : Math.min(0, before) - 1;
    passesInARow = Math.clamp(passesInARow, -1000, 1000);
  }

  /// Whether a probe that started then or later has passed.
  boolean passedSince(long startNanos) {
    return passesInARow > 0 && newestResultNanos - startNanos >= 0;
  }

  /// Moves the normal cadence to its first start after `nowNanos`.
  void skipMissedStarts(long nowNanos) {
    gridNanos = after(gridNanos, intervalNanos, nowNanos);
  }

  /// Moves the fast cadence to its first start after `nowNanos`.
  void skipMissedFastStarts(long nowNanos) {
    fastNanos = after(fastNanos, fastIntervalNanos, nowNanos);
  }

  private static long after(long fromNanos, long stepNanos, long nowNanos) {
    long behindNanos = nowNanos - fromNanos;
    return behindNanos < 0 ? fromNanos : fromNanos + (behindNanos / stepNanos + 1) * stepNanos;
  }
}
