package detour.server.publish;

import detour.failover.guard.Guard;
import detour.failover.model.Health;
import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import detour.failover.opinion.Opinion;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps back results that would take something down while it is not known whether the fault is
/// here. Publish thread only, but for [#view].
final class Sentry {
  private static final Logger LOG = LoggerFactory.getLogger("detour.decisions");

  private final Time time;
  private final Metrics metrics;
  private final Chronicle chronicle;
  private final Guard guard = new Guard();

  /// Results that would take their targets down, those that wait for the earliest witness first.
  private final PriorityQueue<Held> held =
      new PriorityQueue<>(Comparator.comparingLong(Held::failedNanos));

  private Directory directory;
  private boolean wasImpaired;
  private volatile View view = View.OFF;

  /// A result that waits for a witness.
  ///
  /// @param failedNanos when the target's first failure was known
  record Held(LiveTarget live, Observation observation, long failedNanos) {}

  /// What people may know. Immutable.
  ///
  /// @param finding why this vantage is impaired; empty while it is not
  /// @param held how many decisions wait for a witness
  /// @param canaries what is thought of each; empty without any
  record View(
      boolean on,
      boolean impaired,
      long sinceNanos,
      String finding,
      int held,
      Map<ProbeTarget, Opinion> canaries) {
    static final View OFF = new View(false, false, 0, "", 0, Map.of());
  }

  Sentry(Time time, Metrics metrics, Chronicle chronicle, Directory directory) {
    this.time = time;
    this.metrics = metrics;
    this.chronicle = chronicle;
    this.directory = directory;
    guard(directory);
  }

  /// Guards what this directory has, from now on.
  void guard(Directory next) {
    directory = next;
    Map<ProbeTarget, Boolean> targets = new LinkedHashMap<>();
    for (LiveTarget live : next.liveTargets()) {
      if (!next.shares().probesHere(live)) {
        continue;
      }
      targets.put(live.target(), live.health() != Health.DOWN);
    }
    guard.guard(next.configuration().model().guard(), targets, time.nowNanos());
    held.removeIf(waiting -> next.target(waiting.live().target()) != waiting.live());
    if (wasImpaired != guard.impaired()) {
      wasImpaired = guard.impaired();
      report("its witnesses were changed");
    }
    draw();
  }

  /// May be read by any thread.
  View view() {
    return view;
  }

  boolean isCanary(ProbeTarget target) {
    return view.canaries().containsKey(target);
  }

  /// Takes note of a result, whoever it is of.
  void observed(ProbeTarget target, Observation observation) {
    guard.observed(target, observation);
    if (isCanary(target)) {
      draw();
    }
  }

  /// Whether the result may change the opinion now. If not, it is kept among what was seen, and
  /// maybe counted later.
  boolean admits(LiveTarget live, Observation observation) {
    if (!guard.counts(observation)) {
      metrics.count(Counter.OBSERVATIONS_DISTRUSTED);
      live.seen(observation);
      return false;
    }
    if (observation.passed() || live.health() == Health.DOWN) {
      return true;
    }
    if (!live.pending()) {
      live.failedNanos = observation.endNanos();
      guard.suspected(live.target(), live.failedNanos);
    }
    if (live.after(observation).health() != Health.DOWN) {
      return true;
    }
    if (guard.believes(live.target(), live.failedNanos, time.nowNanos())) {
      guard.decidedDown(live.target());
      return true;
    }
    live.seen(observation);
    hold(live, observation);
    return false;
  }

  private void hold(LiveTarget live, Observation observation) {
    if (!live.held()) {
      metrics.count(Counter.DECISIONS_HELD);
      live.hold(true);
      held.add(new Held(live, observation, live.failedNanos));
      draw();
    }
  }

  /// What was kept back and is to be counted now. To be called after each result.
  List<Held> released() {
    Held first = held.peek();
    if (first == null || !guard.believes(first.failedNanos())) {
      return List.of();
    }
    List<Held> released = new ArrayList<>();
    while (first != null && guard.believes(first.failedNanos())) {
      held.remove();
      first.live().hold(false);
      guard.decidedDown(first.live().target());
      released.add(first);
      first = held.peek();
    }
    draw();
    return released;
  }

  /// Asks witnesses where that is due.
  void ask(ProbeControl probes) {
    guard.due(time.nowNanos()).forEach(probes::probeNow);
  }

  /// When [#ask] has something to do; Long.MAX_VALUE for not before the next result.
  long nextDueNanos() {
    return guard.nextDueNanos();
  }

  /// Whether trust was lost or won since the last call; then it was reported.
  boolean turned() {
    if (guard.impaired() == wasImpaired) {
      return false;
    }
    wasImpaired = guard.impaired();
    if (wasImpaired) {
      metrics.count(Counter.GUARD_TRIPPED);
      held.forEach(waiting -> waiting.live().hold(false));
      held.clear();
    }
    report(
        wasImpaired
            ? guard.finding()
                + ": the fault is likely here, so "
                + (alone() ? "no health changes" : "this vantage abstains")
            : "its witnesses pass again; failures seen meanwhile are forgotten");
    draw();
    return true;
  }

  boolean impaired() {
    return guard.impaired();
  }

  /// Whom to probe at once because this vantage is believed again.
  List<ProbeTarget> believedAgain() {
    return guard.believedAgain();
  }

  /// Whether there is no other vantage to decide.
  private boolean alone() {
    return directory.configuration().model().verdicts().alone();
  }

  private void report(String reason) {
    String vantage = directory.configuration().model().vantage();
    String to = wasImpaired ? "impaired" : "trusted";
    chronicle.event(
        null, "guard", vantage, wasImpaired ? "trusted" : "impaired", to, reason, Chronicle.SELF);
    if (wasImpaired) {
      LOG.warn("ALARM: {} does not trust what it sees: {}", vantage, reason);
    }
  }

  private void draw() {
    view =
        new View(
            guard.on(),
            guard.impaired(),
            guard.sinceNanos(),
            guard.finding(),
            held.size(),
            guard.canaries());
  }
}
