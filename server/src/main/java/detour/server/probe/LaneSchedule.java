package detour.server.probe;

import detour.failover.opinion.Observation;
import detour.failover.opinion.Observation.Result;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.publish.Inbox;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// When the probes of one lane start. Everything private runs on the lane's thread.
///
/// Starts wait in a queue ordered by time; one timer of the lane is set for its head. A target has
/// one valid entry there: changing its mind gives it a new version, and the old entry is void when
/// it comes up. The normal cadence of a target is a fixed grid of instants that neither late starts
/// nor pending changes move, so targets that were spread stay spread.
final class LaneSchedule {
  /// Beyond this a start counts as late.
  static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /// How soon a probe is tried again that this machine's limits kept from starting.
  static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /// So many starts, then the lane looks at its connections before it goes on.
  private static final int STARTS_PER_TURN_MAX = 64;

  private final Lane lane;
  private final Inbox inbox;
  private final Metrics metrics;
  private final LongSupplier nanoClock;
  private final int inFlightMax;
  private final PriorityQueue<Start> starts = new PriorityQueue<>();
  private final Queue<ScheduledTarget> deferred = new ArrayDeque<>();
  private int inFlight;
  private boolean timerSet;
  private long timerNanos;

  LaneSchedule(Lane lane, Inbox inbox, Metrics metrics, LongSupplier nanoClock, int inFlightMax) {
    this.lane = lane;
    this.inbox = inbox;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
    this.inFlightMax = inFlightMax;
  }

  /// Any thread. The targets start at their grid's first instant; the rest of the grid begins at a
  /// random phase of the interval.
  void add(Collection<ScheduledTarget> targets, long seed) {
    lane.execute(() -> {
      RandomGenerator random = RandomGeneratorFactory.getDefault().create(seed);
      for (ScheduledTarget target : targets) {
        queue(target, target.gridNanos);
        target.gridNanos += random.nextLong(target.intervalNanos()) + 1;
      }
      setTimer();
    });
  }

  /// Any thread.
  void pending(ScheduledTarget target, boolean pending) {
    lane.execute(() -> {
      if (target.pending != pending && !target.removed()) {
        changePending(target, pending);
        setTimer();
      }
    });
  }

  /// Any thread. A probe out of turn; the schedule goes on as it was.
  void probeNow(ScheduledTarget target) {
    lane.execute(() -> {
      long nowNanos = nanoClock.getAsLong();
      launch(target, nowNanos, nowNanos);
    });
  }

  private void changePending(ScheduledTarget target, boolean pending) {
    long nowNanos = nanoClock.getAsLong();
    target.pending = pending;
    target.due = false;
    if (pending) {
      // Starts lie a fast interval apart, so what a timeout took is not waited for once more.
      long fromNanos = target.started ? target.lastStartNanos : nowNanos;
      long firstNanos = fromNanos + target.fastIntervalNanos();
      target.fastNanos = firstNanos - nowNanos > 0 ? firstNanos : nowNanos;
      queue(target, target.fastNanos);
    } else {
      target.skipMissedStarts(nowNanos);
      queue(target, target.gridNanos);
    }
  }

  private void queue(ScheduledTarget target, long atNanos) {
    target.version++;
    starts.add(new Start(atNanos, target, target.version));
  }

  private void wake() {
    long nowNanos = nanoClock.getAsLong();
    int started = 0;
    Start head = starts.peek();
    while (head != null && head.atNanos - nowNanos <= 0 && started < STARTS_PER_TURN_MAX) {
      starts.remove();
      if (head.isValid()) {
        startCame(head, nowNanos);
        started++;
      }
      head = starts.peek();
    }
    setTimer();
  }

  private void startCame(Start start, long nowNanos) {
    ScheduledTarget target = start.target;
    if (target.pending) {
      target.skipMissedFastStarts(nowNanos);
      queue(target, target.fastNanos);
    } else {
      target.skipMissedStarts(nowNanos);
      queue(target, target.gridNanos);
      if (!target.mayStart()) {
        target.due = true;
        return;
      }
    }
    launch(target, start.atNanos, nowNanos);
  }

  private void launch(ScheduledTarget target, long dueNanos, long nowNanos) {
    if (!target.mayStart() || target.deferred) {
      return;
    }
    if (inFlight >= inFlightMax) {
      metrics.count(Counter.PROBES_DEFERRED);
      target.deferred = true;
      target.dueNanos = dueNanos;
      deferred.add(target);
      return;
    }
    metrics.count(Counter.PROBES_STARTED);
    if (nowNanos - dueNanos > LATE_NANOS) {
      metrics.count(Counter.PROBES_STARTED_LATE);
    }
    inFlight++;
    target.inFlight++;
    target.lastStartNanos = nowNanos;
    target.started = true;
    lane.probe(target.target(), result -> ended(target, nowNanos, result));
  }

  private void ended(ScheduledTarget target, long startNanos, ProbeResult result) {
    long nowNanos = nanoClock.getAsLong();
    inFlight--;
    target.inFlight--;
    if (result.outcome() == Outcome.NOT_STARTED) {
      metrics.count(Counter.PROBES_NOT_STARTED);
      retry(target, nowNanos);
    } else {
      report(target, observation(result, startNanos, nowNanos));
    }
    if (target.due && target.mayStart()) {
      target.due = false;
      launch(target, nowNanos, nowNanos);
    }
    startDeferred(nowNanos);
    setTimer();
  }

  private static Observation observation(ProbeResult result, long startNanos, long endNanos) {
    Result seen =
        switch (result.outcome()) {
          case PASSED -> Result.PASSED;
          case DEGRADED -> Result.DEGRADED;
          case FAILED, NOT_STARTED -> Result.FAILED;
        };
    return new Observation(seen, result.detail(), startNanos, endNanos);
  }

  private void report(ScheduledTarget target, Observation observation) {
    metrics.probed(
        target.target().check().kind(), observation.passed(), observation.durationNanos());
    if (!target.removed()) {
      inbox.observed(target.target(), observation);
    }
  }

  private void retry(ScheduledTarget target, long nowNanos) {
    long retryNanos = nowNanos + RETRY_NANOS;
    if (!target.removed() && !target.pending && target.gridNanos - retryNanos > 0) {
      queue(target, retryNanos);
    }
  }

  private void startDeferred(long nowNanos) {
    while (inFlight < inFlightMax && !deferred.isEmpty()) {
      ScheduledTarget target = deferred.remove();
      target.deferred = false;
      launch(target, target.dueNanos, nowNanos);
    }
  }

  private void setTimer() {
    dropVoid();
    Start head = starts.peek();
    if (head == null || (timerSet && timerNanos - head.atNanos <= 0)) {
      return;
    }
    timerSet = true;
    timerNanos = head.atNanos;
    long setForNanos = timerNanos;
    long delayNanos = Math.max(0, timerNanos - nanoClock.getAsLong());
    lane.after(
        delayNanos,
        () -> {
          if (timerSet && timerNanos == setForNanos) {
            timerSet = false;
          }
          wake();
        });
  }

  private void dropVoid() {
    while (!starts.isEmpty() && !starts.element().isValid()) {
      starts.remove();
    }
  }

  private record Start(long atNanos, ScheduledTarget target, int version)
      implements Comparable<Start> {
    boolean isValid() {
      return version == target.version && !target.removed();
    }

    @Override
    public int compareTo(Start other) {
      return Long.signum(atNanos - other.atNanos);
    }
  }
}
