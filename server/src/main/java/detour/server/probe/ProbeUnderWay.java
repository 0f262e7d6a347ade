package detour.server.probe;

/// One probe between its start and its end. Belongs to the lane's thread.
final class ProbeUnderWay {
  private final ScheduledTarget target;
  private final long startNanos;
  private final boolean beganWell;

  /// Whether it counts towards the share of the limit that is left to targets which fail or are
  /// suspected to.
  boolean doubtful;

  /// Set once by the schedule.
  boolean ended;

  ProbeUnderWay(ScheduledTarget target, long startNanos, boolean doubtful) {
    this.target = target;
    this.startNanos = startNanos;
    this.beganWell = target.isWell();
    this.doubtful = doubtful;
  }

  ScheduledTarget target() {
    return target;
  }

  long startNanos() {
    return startNanos;
  }

  /// Whether the target was well when it started.
  boolean beganWell() {
    return beganWell;
  }
}
