package detour.server.probe;

/// How long an endpoint usually takes to answer, and from when on a probe of it is overdue.
///
/// Mean and deviation are smoothed as RFC 6298 section 2 does for retransmission: `mean + 4 x
/// deviation` covers nearly all of a well-behaved latency after a few answers. Where latency is not
/// well-behaved (loss, with its retransmissions hundreds of milliseconds later), a margin on top
/// learns from suspicions in vain: each doubles it, each answer in time shrinks it so little that
/// [#ANSWERS_PER_DOUBLING] of them undo one doubling. So in the long run at most about one probe in
/// that many is suspected in vain, whatever the distribution of the latency.
///
/// Only answers are learned from. What timed out was either contradicted, and then it was a
/// suspicion in vain, or it was the truth.
final class UsualLatency {
  /// Nothing is overdue before so many answers.
  static final int ANSWERS_MIN = 4;

  static final int ANSWERS_PER_DOUBLING = 64;

  /// What [#overdueAfterNanos] says when no probe is ever overdue.
  static final long NEVER = Long.MAX_VALUE;

  /// RFC 6298 section 2.3: alpha, beta and K.
  private static final float MEAN_GAIN = 1 / 8f;

  private static final float DEVIATION_GAIN = 1 / 4f;
  private static final float DEVIATIONS = 4;

  private static final float SHRINK = (float) Math.pow(2, -1.0 / ANSWERS_PER_DOUBLING);

  /// The margin grows no further than from the least to this many timeouts, so that it comes back
  /// some day.
  private static final float TIMEOUTS_MAX = 2;

  private final long leastNanos;
  private final long timeoutNanos;
  private float meanNanos;
  private float deviationNanos;
  private float margin = 1;
  private int answers;

  /// @param leastNanos no probe is overdue earlier than this, however steady the latency
  /// @param timeoutNanos from when on the probe has failed anyway
  UsualLatency(long leastNanos, long timeoutNanos) {
    this.leastNanos = leastNanos;
    this.timeoutNanos = timeoutNanos;
  }

  /// A probe was answered after so long.
  void answered(long nanos) {
    if (answers == 0) {
      meanNanos = (float) nanos;
      deviationNanos = (float) nanos / 2;
    } else {
      deviationNanos += DEVIATION_GAIN * (Math.abs(meanNanos - (float) nanos) - deviationNanos);
      meanNanos += MEAN_GAIN * ((float) nanos - meanNanos);
    }
    answers = Math.min(ANSWERS_MIN, answers + 1);
    margin = Math.max(1, margin * SHRINK);
  }

  /// A probe was called overdue, and the endpoint was well all the same.
  void suspectedInVain() {
    margin =
        Math.min(margin * 2, Math.max(1, TIMEOUTS_MAX * (float) timeoutNanos / (float) leastNanos));
  }

  /// How long after its start a probe is overdue; [#NEVER] when too little is known, or when that
  /// would be no earlier than its timeout.
  long overdueAfterNanos() {
    if (answers < ANSWERS_MIN) {
      return NEVER;
    }
    long overdueNanos = (long) (usualNanos() * margin);
    return overdueNanos < timeoutNanos ? overdueNanos : NEVER;
  }

  private float usualNanos() {
    return Math.max((float) leastNanos, meanNanos + DEVIATIONS * deviationNanos);
  }
}
