package detour.server.probe;

import detour.failover.model.ProbeTarget;

/// A target and where it stands in its schedule. All but the removal belongs to the lane's thread.
final class ScheduledTarget {
  private final ProbeTarget target;
  private final int lane;
  private final long intervalNanos;
  private final long fastIntervalNanos;
  private final int overlapMax;
  private volatile boolean removed;

  /// The next start of the normal cadence.
  long gridNanos;

  /// The next start while a change is pending.
  long fastNanos;

  boolean pending;

  /// A start of the normal cadence waits for the probe before it to end.
  boolean due;

  /// It waits because too many probes of the lane are under way, since its start at `dueNanos`.
  boolean deferred;

  long dueNanos;
  int inFlight;

  /// When the last probe started; meaningful once `started`.
  long lastStartNanos;

  boolean started;

  /// Entries of the lane's queue with another version are void.
  int version;

  ScheduledTarget(ProbeTarget target, int lane, long firstStartNanos) {
    this.target = target;
    this.lane = lane;
    this.intervalNanos = Math.max(1, target.check().interval().toNanos());
    this.fastIntervalNanos = Math.max(1, target.check().fastInterval().toNanos());
    long timeoutNanos = target.check().timeout().toNanos();
    this.overlapMax = (int) Math.min(1000, Math.ceilDiv(timeoutNanos, fastIntervalNanos) + 1);
    this.gridNanos = firstStartNanos;
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

  /// Any thread.
  boolean removed() {
    return removed;
  }

  /// Any thread: from here on it is not probed, and what is under way is not reported.
  void remove() {
    removed = true;
  }

  /// Whether another probe may start: overlapping only while pending, and then as many as start
  /// within one timeout.
  boolean mayStart() {
    return !removed && inFlight < (pending ? overlapMax : 1);
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
