package detour.server.publish;

import detour.failover.model.Service;
import detour.failover.opinion.ServiceHealth;
import detour.failover.selection.EndpointHealth;
import detour.failover.selection.FailbackLeave;
import detour.failover.selection.RampRules;
import detour.failover.selection.Selection;
import detour.failover.selection.SelectionRules;
import detour.failover.selection.Track;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Judges one service at a time: the health of its endpoints to selections, to its answer. Publish
/// thread only.
final class ServiceJudge {
  private final Time time;
  private final Chronicle chronicle;
  private final Latches latches;
  private final Approvals approvals;
  private final Fences fences;
  private final EndpointJudge endpoints;
  private @Nullable Directory directory;

  ServiceJudge(Time time, Chronicle chronicle, Agreement agreement, Attendance attendance) {
    this.time = time;
    this.chronicle = chronicle;
    latches = agreement.latches();
    approvals = agreement.approvals();
    fences = agreement.fences();
    endpoints = new EndpointJudge(time, agreement.overrides(), chronicle, attendance);
  }

  void judgeBy(Directory next) {
    endpoints.judgeBy(next);
    directory = next;
    latches.decideAs(next.configuration().model().vantage());
    fences.decideBy(next.configuration().model());
  }

  /// Judges the service as things are now.
  ///
  /// @param before the selections so far, one for each track
  /// @param resolved the last good addresses of host names
  /// @return whether its answer changed
  boolean judge(LiveService live, List<Selection> before, Map<String, List<InetAddress>> resolved) {
    long nowNanos = time.nowNanos();
    List<List<EndpointHealth>> health = endpoints.health(live, resolved, nowNanos);
    List<Selection> selections = new ArrayList<>();
    live.nextEvaluationNanos = Long.MAX_VALUE;
    String withheld = null;
    for (Selection previous : before) {
      Step step = next(live, previous, health, nowNanos);
      Selection next = step.next();
      selections.add(next);
      withheld = step.withheld() == null ? withheld : step.withheld();
      next.nextEvaluationNanos()
          .ifPresent(at -> live.nextEvaluationNanos = Math.min(live.nextEvaluationNanos, at));
    }
    LiveService.View former = live.view();
    LiveService.View view = view(live, ramped(live, nowNanos), selections, resolved);
    ServiceHealth asked =
        isAsked(live)
            ? AskedService.health(live.service(), selections, health, nowNanos)
            : ServiceHealth.UNKNOWN;
    // Whatever fails has failed by here: what is reported below has happened.
    for (int track = 0; track < selections.size(); track++) {
      report(live, before.get(track), selections.get(track));
      latches.judged(live, before.get(track), selections.get(track));
    }
    if (live.failbackApproved) {
      approvals.judged(live.service().name(), refusal(live, before, selections, withheld));
      live.failbackApproved = false;
    }
    live.health = asked;
    live.published(view);
    return former == null || !former.answer().equals(view.answer());
  }

  /// What became of a selection.
  ///
  /// @param withheld what the others agreed on and cannot be judged from yet, in words; null for
  ///   nothing
  private record Step(Selection next, @Nullable String withheld) {}

  private Step next(
      LiveService live, Selection previous, List<List<EndpointHealth>> health, long nowNanos) {
    Service service = live.service();
    Track track = previous.track();
    Selection from = latches.takenOver(service, previous);
    boolean approved = live.failbackApproved;
    FailbackLeave leave = approved ? FailbackLeave.APPROVED : FailbackLeave.BY_RULE;
    Selection next = SelectionRules.next(service, track, from, health, nowNanos, leave);
    Latch waiting = latches.putOff(live, previous, from, next);
    if (waiting != null) {
      String withheld =
          "the other nodes agreed on %s (%s), which waits until enough vantages are present"
              .formatted(waiting.pool(), waiting.by());
      return new Step(
          SelectionRules.next(service, track, previous, health, nowNanos, FailbackLeave.WITHHELD)
              .because(withheld),
          withheld);
    }
    String fence = fences.objection(live, from, next);
    if (fence != null) {
      return new Step(SelectionRules.fencing(service, from, next, fence, nowNanos), null);
    }
    String objection =
        SelectionRules.failsBack(from, next) ? latches.objection(live, next, approved) : null;
    return new Step(
        objection == null
            ? next
            : SelectionRules.next(service, track, from, health, nowNanos, FailbackLeave.WITHHELD)
                .because(objection),
        null);
  }

  /// Why an approval had no effect; empty when it had one, or when the others are asked.
  private Optional<String> refusal(
      LiveService live, List<Selection> before, List<Selection> after, @Nullable String withheld) {
    String name = live.service().name();
    boolean done = latches.asking(name);
    for (int track = 0; track < before.size(); track++) {
      Selection from = before.get(track);
      Selection to = after.get(track);
      done |= to.latch() < from.latch() || (from.budget().held() && !to.budget().held());
    }
    if (done) {
      return Optional.empty();
    }
    return Optional.of(
        withheld == null
            ? "no failback of " + name + " waits any more; see: detour status"
            : withheld);
  }

  private boolean isAsked(LiveService live) {
    return directory != null && !directory.dependencies().askersOf(live.service().name()).isEmpty();
  }

  /// The service with the weights of this moment: endpoints that came back have a part of theirs.
  private static Service ramped(LiveService live, long nowNanos) {
    Service service = live.service();
    if (service.ramp().isZero()) {
      return service;
    }
    List<List<Integer>> steps = new ArrayList<>();
    for (List<LiveEndpoint> pool : live.pools()) {
      List<Integer> ofPool = new ArrayList<>();
      for (LiveEndpoint endpoint : pool) {
        LiveEndpoint.View view = endpoint.view();
        OptionalLong cameBack = view == null ? OptionalLong.empty() : view.cameBackNanos();
        ofPool.add(RampRules.steps(service, cameBack, nowNanos));
        RampRules.nextStepNanos(service, cameBack, nowNanos)
            .ifPresent(at -> live.nextEvaluationNanos = Math.min(live.nextEvaluationNanos, at));
      }
      steps.add(ofPool);
    }
    return RampRules.weighted(service, steps);
  }

  private LiveService.View view(
      LiveService live,
      Service weighted,
      List<Selection> selections,
      Map<String, List<InetAddress>> resolved) {
    AnswerRendering rendering =
        AnswerRendering.of(weighted, live.aliasAllowed(), selections, resolved);
    LiveService.View before = live.view();
    if (before != null && before.rendering().equals(rendering)) {
      return new LiveService.View(selections, rendering, before.answer(), before.handOuts());
    }
    AnswerRendering.Answer answer = rendering.prepare();
    HandOuts handOuts = before == null ? HandOuts.NONE : before.handOuts();
    return new LiveService.View(
        selections,
        rendering,
        answer.answer(),
        handOuts.replacedBy(answer.given(), time.now().toEpochMilli()));
  }

  private void report(LiveService live, Selection before, Selection next) {
    Service service = live.service();
    String subject = subject(service, next.track());
    save(service, before, next);
    if (before.budget().held() != next.budget().held()) {
      chronicle.event(
          service.name(),
          "budget",
          subject,
          before.budget().held() ? "held" : "",
          next.budget().held() ? "held" : "released",
          next.budget().held()
              ? "its failover budget is used up: it fails back when an operator approves"
              : "an operator approved, or the budget was taken away",
          Chronicle.SELF);
    }
    if (before.status() == next.status() && before.pool() == next.pool()) {
      return;
    }
    boolean first = live.view() == null && (before.latch() < 0 || before.latch() == next.latch());
    if (!first) {
      chronicle.event(
          service.name(),
          kind(before, next),
          subject,
          state(service, before),
          state(service, next),
          next.reason(),
          Chronicle.SELF);
    }
  }

  private static String kind(Selection before, Selection next) {
    boolean stays = before.pool() == next.pool() && before.lastResort() == next.lastResort();
    if (stays
        && (before.status() == Selection.Status.FENCING
            || next.status() == Selection.Status.FENCING)) {
      return "fence";
    }
    return stays && next.lastResort() == null ? "failback" : "selection";
  }

  /// The pool that served was taken away by a reload.
  void reportLost(LiveService live, String lostPool, Selection next) {
    chronicle.event(
        live.service().name(),
        "selection",
        subject(live.service(), next.track()),
        lostPool,
        state(live.service(), next),
        "the configuration has no pool " + lostPool + " any more; " + next.reason(),
        Chronicle.SELF);
  }

  private void save(Service service, Selection before, Selection next) {
    boolean moved =
        before.latch() != next.latch() || before.budget().held() != next.budget().held();
    if (!moved && latches.alone()) {
      return;
    }
    String key = Latch.key(service, next.track());
    Journal.SavedSelection last = chronicle.lastSelection(key);
    long epoch = latches.alone() ? last == null ? 0 : last.epoch() : latches.agreedEpoch(key);
    if (!moved && epoch == (last == null ? 0 : last.epoch())) {
      return;
    }
    chronicle.selection(
        new Journal.SavedSelection(
            service.name(),
            Latch.family(next.track()),
            next.latch() < 0 ? null : service.pools().get(next.latch()).name(),
            before.latch() != next.latch() || last == null ? chronicle.now() : last.since(),
            next.budget().held(),
            epoch));
  }

  private static String state(Service service, Selection selection) {
    String pool = selection.pool() < 0 ? "" : service.pools().get(selection.pool()).name();
    return switch (selection.status()) {
      case SERVING, FAILED_OVER -> pool;
      case READY -> pool + ", ready to fail back";
      case FAILING_BACK -> pool + ", failing back soon";
      case FENCING -> (pool.isEmpty() ? "last resort" : pool) + ", raising the fence";
      case LAST_RESORT -> "last resort";
      case NO_MEMBERS -> "no members";
    };
  }

  /// The selection that a service starts from.
  static Selection start(
      Service service, Track track, Journal.@Nullable SavedSelection saved, Time time) {
    String pool = saved == null ? null : saved.pool();
    long sinceNanos = saved == null ? time.nowNanos() : time.nanosAt(saved.since());
    return SelectionRules.restored(service, track, pool, sinceNanos, saved != null && saved.held());
  }

  private static String subject(Service service, Track track) {
    return track == Track.JOINT
        ? service.name()
        : service.name() + " (" + Latch.family(track) + ")";
  }
}
