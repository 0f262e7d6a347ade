package detour.server.probe;

import detour.failover.opinion.Observation;
import detour.failover.opinion.Observation.Result;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.publish.Inbox;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// When the probes of one lane start. Everything private runs on the lane's thread.
///
/// The normal cadence of a target is a fixed grid of instants that neither late starts nor the fast
/// cadence move, so targets that were spread stay spread. The fast cadence runs while publish has a
/// change pending, and while a probe is suspected: overdue against the target's own usual latency,
/// and neither answered nor contradicted by a later probe that passed.
final class LaneSchedule {
  /// Beyond this a start counts as late.
  static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /// How soon a probe is tried again that this machine's limits kept from starting.
  static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /// A lane that wakes so much later than it wanted was itself held up, and answers may lie unread.
  private static final long STALL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /// How long a lane is not trusted to see an endpoint hang after it was held up itself: on a
  /// machine that cannot keep up, probes to confirm what its own slowness seems to say would make
  /// it slower.
  private static final long STALL_REMEMBERED_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /// So many starts, then the lane looks at its connections before it goes on.
  private static final int STARTS_PER_TURN_MAX = 64;

  private final Lane lane;
  private final ObservationBatch observations;
  private final Metrics metrics;
  private final LongSupplier nanoClock;
  private final RandomGenerator random;
  private final StartLimit limit;
  private final Agenda agenda;
  private final Tripwire.Surroundings tripwires;

  /// When the lane was found held up the last time; meaningful once `stalled`.
  private long stalledNanos;

  private boolean stalled;

  /// @param random used on the lane's thread alone
  LaneSchedule(
      Lane lane,
      Inbox inbox,
      Metrics metrics,
      LongSupplier nanoClock,
      RandomGenerator random,
      int inFlightMax,
      TripwireLimit tripwireLimit) {
    this.lane = lane;
    this.observations = new ObservationBatch(lane, inbox);
    this.metrics = metrics;
    this.nanoClock = nanoClock;
    this.random = random;
    this.limit = new StartLimit(inFlightMax);
    this.agenda = new Agenda(lane, nanoClock, this::wake);
    this.tripwires =
        new Tripwire.Surroundings(lane, nanoClock, random, metrics, tripwireLimit, this::sprung);
  }

  /// Any thread. The targets start at their grid's first instant; the rest of the grid begins at a
  /// random phase of the interval.
  void add(Collection<ScheduledTarget> targets) {
    lane.execute(() -> {
      for (ScheduledTarget target : targets) {
        agenda.start(target, target.gridNanos);
        target.gridNanos += random.nextLong(target.intervalNanos()) + 1;
      }
      agenda.setTimer();
    });
  }

  /// Any thread. The targets are marked as removed already; this lets go of what they hold.
  void removed(Collection<ScheduledTarget> targets) {
    lane.execute(() -> targets.forEach(LaneSchedule::releaseTripwire));
  }

  /// Any thread.
  void pending(ScheduledTarget target, boolean pending) {
    lane.execute(() -> {
      if (target.pending != pending && !target.removed()) {
        changePending(target, pending);
        agenda.setTimer();
      }
    });
  }

  /// Any thread. A probe out of turn, unless one is under way; the schedule goes on as it was.
  void probeNow(ScheduledTarget target) {
    lane.execute(() -> {
      if (target.mayStart()) {
        long nowNanos = nanoClock.getAsLong();
        launch(target, nowNanos, nowNanos);
        agenda.setTimer();
      }
    });
  }

  private void changePending(ScheduledTarget target, boolean pending) {
    boolean wasFast = target.fast();
    target.pending = pending;
    if (pending && !wasFast) {
      // Starts lie a fast interval apart, so what a timeout took is not waited for once more.
      long nowNanos = nanoClock.getAsLong();
      long fromNanos = target.started ? target.lastStartNanos : nowNanos;
      startFast(target, fromNanos + target.fastIntervalNanos(), nowNanos);
    } else if (!pending && !target.suspected) {
      endFast(target);
    }
    if (!pending && target.passesInARow < 0) {
      releaseTripwire(target); // it went down
    }
  }

  private void startFast(ScheduledTarget target, long firstNanos, long nowNanos) {
    target.due = false;
    target.fastNanos = firstNanos - nowNanos > 0 ? firstNanos : nowNanos;
    agenda.start(target, target.fastNanos);
  }

  private void endFast(ScheduledTarget target) {
    target.due = false;
    target.skipMissedStarts(nanoClock.getAsLong());
    agenda.start(target, target.gridNanos);
  }

  private void wake() {
    long nowNanos = nanoClock.getAsLong();
    Agenda.Entry entry = agenda.due(nowNanos);
    for (int turn = 1; entry != null; turn++) {
      if (nowNanos - entry.atNanos() > STALL_NANOS) {
        stalled = true;
        stalledNanos = nowNanos;
      }
      if (entry.probe() == null) {
        startCame(entry.target(), entry.atNanos(), nowNanos);
      } else {
        overdue(entry.probe(), nowNanos);
      }
      entry = turn < STARTS_PER_TURN_MAX ? agenda.due(nowNanos) : null;
    }
    agenda.setTimer();
  }

  private void startCame(ScheduledTarget target, long atNanos, long nowNanos) {
    if (target.fast()) {
      target.skipMissedFastStarts(nowNanos);
      agenda.start(target, target.fastNanos);
    } else {
      target.skipMissedStarts(nowNanos);
      agenda.start(target, target.gridNanos);
      if (!target.mayStart()) {
        target.due = true;
        return;
      }
    }
    if (target.mayStart()) {
      launch(target, atNanos, nowNanos);
    }
  }

  private void overdue(ProbeUnderWay probe, long nowNanos) {
    ScheduledTarget target = probe.target();
    if (!target.settled() || target.passedSince(probe.startNanos())) {
      return;
    }
    if (stalled && nowNanos - stalledNanos < STALL_REMEMBERED_NANOS) {
      // Time in which this machine read no answers does not count against the endpoint.
      agenda.overdue(probe, nowNanos + target.fastIntervalNanos());
      return;
    }
    metrics.count(Counter.SUSPICIONS);
    limit.doubted(probe);
    tripwire(target).doubted(probe.startNanos());
    target.suspected = true;
    target.suspectNanos = probe.startNanos();
    startFast(target, nowNanos, nowNanos);
  }

  private void sprung(ScheduledTarget target) {
    if (target.mayOverlap()) {
      long nowNanos = nanoClock.getAsLong();
      launch(target, nowNanos, nowNanos);
      agenda.setTimer();
    }
  }

  private void launch(ScheduledTarget target, long dueNanos, long nowNanos) {
    if (target.deferred) {
      return;
    }
    if (!limit.hasRoom(target.doubtful())) {
      metrics.count(Counter.PROBES_DEFERRED);
      target.deferred = true;
      target.dueNanos = dueNanos;
      limit.await(target);
      return;
    }
    metrics.count(Counter.PROBES_STARTED);
    metrics.probeStarted(nowNanos - dueNanos);
    if (nowNanos - dueNanos > LATE_NANOS) {
      metrics.count(Counter.PROBES_STARTED_LATE);
    }
    ProbeUnderWay probe = new ProbeUnderWay(target, nowNanos, target.doubtful());
    limit.started(probe);
    target.inFlight++;
    target.lastStartNanos = nowNanos;
    target.started = true;
    lane.probe(target.target(), result -> ended(probe, result));
    long overdueAfterNanos = target.overdueAfterNanos();
    if (overdueAfterNanos != UsualLatency.NEVER) {
      agenda.overdue(probe, nowNanos + overdueAfterNanos);
    }
  }

  private void ended(ProbeUnderWay probe, ProbeResult result) {
    ScheduledTarget target = probe.target();
    long nowNanos = nanoClock.getAsLong();
    probe.ended = true;
    limit.ended(probe);
    target.inFlight--;
    if (result.outcome() == Outcome.NOT_STARTED) {
      metrics.count(Counter.PROBES_NOT_STARTED);
      endSuspicion(target, probe);
      retry(target, nowNanos);
    } else {
      judge(probe, result, nowNanos);
    }
    if (target.due && target.mayStart()) {
      target.due = false;
      launch(target, nowNanos, nowNanos);
    }
    startDeferred(nowNanos);
    agenda.setTimer();
  }

  private void judge(ProbeUnderWay probe, ProbeResult result, long nowNanos) {
    ScheduledTarget target = probe.target();
    boolean passed = result.passed();
    // An endpoint that is coming back answers what it had kept waiting: that is not its usual way.
    boolean wasWell = probe.beganWell() && target.isWell();
    boolean calm = result.outcome() == Outcome.PASSED && target.settled();
    target.ended(probe.startNanos(), passed);
    report(target, observation(result, probe.startNanos(), nowNanos), calm);
    if (passed) {
      learn(probe, nowNanos - probe.startNanos(), wasWell);
    } else {
      endSuspicion(target, probe);
    }
    tripwire(target).probed(passed, probe.startNanos(), result.address());
  }

  private void learn(ProbeUnderWay probe, long tookNanos, boolean wasWell) {
    ScheduledTarget target = probe.target();
    UsualLatency latency = target.latency();
    if (latency == null) {
      return;
    }
    if (wasWell) {
      latency.answered(tookNanos);
    }
    if (target.suspected && probe.startNanos() - target.suspectNanos >= 0) {
      metrics.count(Counter.SUSPICIONS_IN_VAIN);
      latency.suspectedInVain();
      stopSuspecting(target);
    }
  }

  /// Where the suspect itself has ended without an answer, publish hears of it and decides.
  private void endSuspicion(ScheduledTarget target, ProbeUnderWay probe) {
    if (target.suspected && probe.startNanos() == target.suspectNanos) {
      stopSuspecting(target);
    }
  }

  private void stopSuspecting(ScheduledTarget target) {
    target.suspected = false;
    if (!target.pending) {
      endFast(target);
    }
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

  /// @param calm whether it changes nothing
  private void report(ScheduledTarget target, Observation observation, boolean calm) {
    metrics.probed(
        target.target().check().kind(), observation.passed(), observation.durationNanos());
    if (target.removed()) {
      return;
    }
    if (calm) {
      observations.calm(target.target(), observation);
    } else {
      observations.urgent(target.target(), observation);
    }
  }

  private void retry(ScheduledTarget target, long nowNanos) {
    long retryNanos = nowNanos + RETRY_NANOS;
    if (!target.removed() && !target.fast() && target.gridNanos - retryNanos > 0) {
      agenda.start(target, retryNanos);
    }
  }

  private void startDeferred(long nowNanos) {
    ScheduledTarget target = limit.next();
    while (target != null) {
      target.deferred = false;
      if (target.mayStart()) {
        launch(target, target.dueNanos, nowNanos);
      }
      target = limit.next();
    }
  }

  private Tripwire tripwire(ScheduledTarget target) {
    Tripwire tripwire = target.tripwire;
    if (tripwire == null) {
      tripwire = Tripwire.of(tripwires, target);
      target.tripwire = tripwire;
    }
    return tripwire;
  }

  private static void releaseTripwire(ScheduledTarget target) {
    @Nullable Tripwire tripwire = target.tripwire;
    if (tripwire != null) {
      tripwire.release();
    }
  }
}
