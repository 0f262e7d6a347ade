package detour.server.trend;

import detour.failover.opinion.Observation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The results of one target, as a ring of steps of time in packed arrays. Any thread.
final class Series {
  private static final long NEVER = Long.MIN_VALUE;
  private static final double NANOS_PER_MILLI = 1e6;

  private long stepNanos;
  private long[] steps;
  private short[] passed;
  private short[] degraded;
  private short[] failed;
  private float[] sumMillis;
  private float[] maxMillis;
  private long lastNanos;

  /// @param slots how many steps are kept
  Series(long stepNanos, int slots, long nowNanos) {
    this.stepNanos = stepNanos;
    steps = new long[slots];
    Arrays.fill(steps, NEVER);
    passed = new short[slots];
    degraded = new short[slots];
    failed = new short[slots];
    sumMillis = new float[slots];
    maxMillis = new float[slots];
    lastNanos = nowNanos;
  }

  /// Counts a result in the step in which it ended; one that is older than all that is kept is
  /// lost.
  synchronized void add(Observation observation) {
    int slot = slotOf(Math.floorDiv(observation.endNanos(), stepNanos));
    if (slot < 0) {
      return;
    }
    lastNanos = observation.endNanos();
    switch (observation.result()) {
      case PASSED -> passed[slot] = more(passed[slot], 1);
      case DEGRADED -> degraded[slot] = more(degraded[slot], 1);
      case FAILED -> failed[slot] = more(failed[slot], 1);
    }
    if (observation.passed()) {
      float millis = (float) (observation.durationNanos() / NANOS_PER_MILLI);
      sumMillis[slot] += millis;
      maxMillis[slot] = Math.max(maxMillis[slot], millis);
    }
  }

  /// Halves the memory: steps twice as long, half as many.
  synchronized void coarsen() {
    Series coarse = new Series(stepNanos * 2, Math.max(1, steps.length / 2), lastNanos);
    for (int from : inOrder()) {
      int to = coarse.slotOf(Math.floorDiv(steps[from], 2));
      if (to >= 0) {
        coarse.passed[to] = more(coarse.passed[to], passed[from]);
        coarse.degraded[to] = more(coarse.degraded[to], degraded[from]);
        coarse.failed[to] = more(coarse.failed[to], failed[from]);
        coarse.sumMillis[to] += sumMillis[from];
        coarse.maxMillis[to] = Math.max(coarse.maxMillis[to], maxMillis[from]);
      }
    }
    stepNanos = coarse.stepNanos;
    steps = coarse.steps;
    passed = coarse.passed;
    degraded = coarse.degraded;
    failed = coarse.failed;
    sumMillis = coarse.sumMillis;
    maxMillis = coarse.maxMillis;
  }

  /// Whether the last result is from before that moment.
  synchronized boolean endedBefore(long momentNanos) {
    return lastNanos - momentNanos < 0;
  }

  synchronized Trend trend(long nowNanos) {
    long oldest = Math.floorDiv(nowNanos, stepNanos) - steps.length;
    List<Trend.Point> points = new ArrayList<>();
    for (int slot : inOrder()) {
      if (steps[slot] > oldest) {
        int good = passed[slot] + degraded[slot];
        points.add(
            new Trend.Point(
                TimeUnit.NANOSECONDS.toMillis(nowNanos - steps[slot] * stepNanos),
                passed[slot],
                degraded[slot],
                failed[slot],
                good == 0 ? 0 : sumMillis[slot] / good,
                maxMillis[slot]));
      }
    }
    return new Trend((int) TimeUnit.NANOSECONDS.toSeconds(stepNanos), points);
  }

  /// The slot of a step, emptied when it held an earlier one; -1 when it holds a later one.
  private int slotOf(long step) {
    int slot = Math.floorMod(step, steps.length);
    if (steps[slot] > step) {
      return -1;
    }
    if (steps[slot] < step) {
      steps[slot] = step;
      passed[slot] = 0;
      degraded[slot] = 0;
      failed[slot] = 0;
      sumMillis[slot] = 0;
      maxMillis[slot] = 0;
    }
    return slot;
  }

  private List<Integer> inOrder() {
    List<Integer> used = new ArrayList<>();
    for (int slot = 0; slot < steps.length; slot++) {
      if (steps[slot] != NEVER) {
        used.add(slot);
      }
    }
    used.sort((one, other) -> Long.compare(steps[one], steps[other]));
    return used;
  }

  private static short more(short count, int added) {
    return (short) Math.min(Short.MAX_VALUE, count + added);
  }
}
