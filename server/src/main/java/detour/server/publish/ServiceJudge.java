package detour.server.publish;

import detour.failover.model.Health;
import detour.failover.model.Model;
import detour.failover.model.Service;
import detour.failover.model.VerdictPolicy;
import detour.failover.opinion.CombinedOpinion;
import detour.failover.opinion.Opinion;
import detour.failover.opinion.OpinionRules;
import detour.failover.opinion.ServiceHealth;
import detour.failover.selection.EndpointHealth;
import detour.failover.selection.FailbackLeave;
import detour.failover.selection.RampRules;
import detour.failover.selection.Selection;
import detour.failover.selection.SelectionRules;
import detour.failover.selection.Track;
import detour.failover.verdict.EffectiveHealth;
import detour.failover.verdict.Presence;
import detour.failover.verdict.Verdict;
import detour.failover.verdict.VerdictRules;
import detour.failover.verdict.Vote;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Judges one service at a time: opinions to verdicts, to selections, to its answer. Publish thread
/// only.
final class ServiceJudge {
  private final Time time;
  private final Overrides overrides;
  private final Chronicle chronicle;
  private final Latches latches;
  private final Approvals approvals;
  private final Attendance attendance;
  private String vantage = "";
  private VerdictPolicy policy = VerdictPolicy.ALONE;

  /// Whether this node's own opinion counts.
  private boolean sees = true;

  private @Nullable Directory directory;
  private @Nullable Votes votes;

  ServiceJudge(
      Time time,
      Overrides overrides,
      Chronicle chronicle,
      Latches latches,
      Approvals approvals,
      Attendance attendance) {
    this.time = time;
    this.overrides = overrides;
    this.chronicle = chronicle;
    this.latches = latches;
    this.approvals = approvals;
    this.attendance = attendance;
  }

  void judgeBy(Directory next) {
    Model model = next.configuration().model();
    votes = new Votes(attendance, next.shares(), model.verdicts());
    vantage = model.vantage();
    policy = model.verdicts();
    sees = policy.alone() || policy.vantages().stream().anyMatch(v -> v.name().equals(vantage));
    directory = next;
    latches.decideAs(vantage);
  }

  /// Judges the service as things are now.
  ///
  /// @param before the selections so far, one for each track
  /// @param resolved the last good addresses of host names
  /// @return whether its answer changed
  boolean judge(LiveService live, List<Selection> before, Map<String, List<InetAddress>> resolved) {
    long nowNanos = time.nowNanos();
    List<List<EndpointHealth>> health = health(live, resolved, nowNanos);
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

  private List<List<EndpointHealth>> health(
      LiveService live, Map<String, List<InetAddress>> resolved, long nowNanos) {
    Instant now = time.now();
    List<List<EndpointHealth>> pools = new ArrayList<>();
    for (List<LiveEndpoint> pool : live.pools()) {
      List<EndpointHealth> endpoints = new ArrayList<>();
      for (LiveEndpoint endpoint : pool) {
        endpoints.add(health(live, endpoint, resolved, now, nowNanos));
      }
      pools.add(endpoints);
    }
    return pools;
  }

  private EndpointHealth health(
      LiveService live,
      LiveEndpoint endpoint,
      Map<String, List<InetAddress>> resolved,
      Instant now,
      long nowNanos) {
    CombinedOpinion opinion =
        combined(endpoint, endpoint.targets().stream().map(LiveTarget::opinion).toList(), nowNanos);
    LiveEndpoint.View before = endpoint.view();
    boolean checked = !endpoint.endpoint().checks().isNone();
    List<Vote> votes = checked ? votes(endpoint, opinion, nowNanos) : List.of();
    Verdict verdict =
        checked
            ? explained(
                VerdictRules.decide(
                    policy, before == null ? saved(endpoint) : before.verdict(), votes),
                opinion)
            : Verdict.NOT_CHECKED;
    EffectiveHealth effective =
        EffectiveHealth.of(
            overrides.of(endpoint.path()),
            overrides.ofPool(endpoint.path()),
            verdict,
            live.service().unknown(),
            now);
    boolean turned = before != null && before.verdict().health() != verdict.health();
    if (checked && !policy.alone() && !verdict.frozen() && (before == null || turned)) {
      save(endpoint, verdict);
    }
    boolean byVerdict = effective.healthy() && effective.override() == null;
    String warning = byVerdict ? warning(endpoint, nowNanos) : null;
    endpoint.judged(
        new LiveEndpoint.View(
            verdict,
            policy.alone() ? List.of() : votes,
            effective,
            before == null || turned ? nowNanos : before.sinceNanos(),
            warning,
            cameBack(before, effective, nowNanos)));
    if (before != null && before.health().healthy() && effective.healthy()) {
      reportWarning(live, endpoint, before.warning(), warning);
    }
    if (before != null && turned && !endpoint.turnsQuietly(opinion)) {
      reportVerdict(live, endpoint, before.verdict(), verdict);
    }
    if (effective.healthy() && mustBeResolvedFirst(live, endpoint, resolved)) {
      return new EndpointHealth(
          false, false, "no address of its host name is known yet", OptionalLong.empty());
    }
    return new EndpointHealth(
        effective.healthy(),
        effective.takenOut(),
        effective.reason(),
        warning,
        effective.override() != null ? OptionalLong.empty() : opinion.earliestDecisionNanos());
  }

  /// What was agreed on before a restart. A node on its own decides again from its opinions.
  private @Nullable Verdict saved(LiveEndpoint endpoint) {
    Journal.SavedOpinion saved =
        policy.alone() ? null : chronicle.lastOpinion(TargetKey.ofVerdict(endpoint.path()));
    return saved == null
        ? null
        : new Verdict(saved.health(), true, 0, 0, 0, "it was so before the restart");
  }

  private void save(LiveEndpoint endpoint, Verdict verdict) {
    String key = TargetKey.ofVerdict(endpoint.path());
    Journal.SavedOpinion before = chronicle.lastOpinion(key);
    if (before == null || before.health() != verdict.health()) {
      chronicle.opinion(new Journal.SavedOpinion(key, verdict.health(), chronicle.now()));
    }
  }

  private List<Vote> votes(LiveEndpoint endpoint, CombinedOpinion opinion, long nowNanos) {
    return votes == null || policy.alone()
        ? List.of(new Vote(vantage, vantage, opinion.health(), Presence.PRESENT))
        : votes.of(endpoint, this::healthOf, nowNanos);
  }

  private ServiceHealth healthOf(String service) {
    return directory == null ? ServiceHealth.UNKNOWN : directory.healthOf(service);
  }

  private CombinedOpinion combined(LiveEndpoint endpoint, List<Opinion> opinions, long nowNanos) {
    return CombinedOpinion.of(endpoint.endpoint().checks(), opinions, this::healthOf, nowNanos);
  }

  /// What the endpoint would not be up without: the warnings of checks that count for it.
  private @Nullable String warning(LiveEndpoint endpoint, long nowNanos) {
    List<LiveTarget> degraded = endpoint.targets().stream().filter(LiveTarget::degraded).toList();
    if (degraded.isEmpty()) {
      return null;
    }
    List<Opinion> strict =
        endpoint.targets().stream()
            .map(target ->
                target.degraded()
                    ? OpinionRules.restored(
                        target.target().check().thresholds(), Health.DOWN, nowNanos)
                    : target.opinion())
            .toList();
    Health without = combined(endpoint, strict, nowNanos).health();
    return without == Health.UP
        ? null
        : degraded.stream()
            .map(target ->
                target.target().check().summary() + ": " + target.view().degradation().warning())
            .collect(Collectors.joining("; "));
  }

  private static OptionalLong cameBack(
      LiveEndpoint.@Nullable View before, EffectiveHealth now, long nowNanos) {
    if (before == null || !now.healthy()) {
      return OptionalLong.empty();
    }
    if (before.health().healthy()) {
      return before.cameBackNanos();
    }
    // What was not known yet has not been away.
    boolean firstSeen =
        before.verdict().health() == Health.UNKNOWN && before.health().override() == null;
    return firstSeen ? OptionalLong.empty() : OptionalLong.of(nowNanos);
  }

  /// A verdict on more than a mere count of checks says how it came about.
  private Verdict explained(Verdict verdict, CombinedOpinion opinion) {
    if (opinion.rule() == null || verdict.frozen() || !sees) {
      return verdict;
    }
    String how =
        opinion.downBy() != null
            ? "depends on " + opinion.downBy() + ", which is down"
            : opinion.rule();
    String reason =
        !policy.alone()
            ? verdict.reason() + "; seen from " + vantage + ": " + how
            : opinion.downBy() != null ? how : verdict.reason() + ": " + how;
    return new Verdict(
        verdict.health(), false, verdict.present(), verdict.down(), verdict.needed(), reason);
  }

  private static boolean mustBeResolvedFirst(
      LiveService live, LiveEndpoint endpoint, Map<String, List<InetAddress>> resolved) {
    boolean alias = live.aliasAllowed() && live.service().families() == Service.Families.JOINT;
    return !alias
        && AnswerRendering.addressesOf(endpoint.endpoint().destination(), resolved).isEmpty();
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

  private void reportVerdict(
      LiveService live, LiveEndpoint endpoint, Verdict before, Verdict verdict) {
    if (before.health() == Health.UNKNOWN && verdict.health() == Health.UP) {
      // What is expected of every endpoint at every start is no news.
      return;
    }
    chronicle.event(
        live.service().name(),
        "endpoint",
        endpoint.path().toString(),
        before.health().name(),
        verdict.health().name(),
        lastDetail(endpoint, verdict),
        Chronicle.SELF);
  }

  private void reportWarning(
      LiveService live, LiveEndpoint endpoint, @Nullable String before, @Nullable String warning) {
    if ((before == null) != (warning == null)) {
      chronicle.event(
          live.service().name(),
          "endpoint",
          endpoint.path().toString(),
          before == null ? "UP" : "DEGRADED",
          warning == null ? "UP" : "DEGRADED",
          warning == null ? "it passes without a warning again" : warning,
          Chronicle.SELF);
    }
  }

  private String lastDetail(LiveEndpoint endpoint, Verdict verdict) {
    String agreed = policy.alone() ? "" : verdict.reason() + "; ";
    for (LiveTarget target : endpoint.targets()) {
      LiveTarget.View view = target.view();
      if (view.opinion().health() == verdict.health() && !view.recent().isEmpty()) {
        return agreed
            + target.target().check().summary()
            + ": "
            + view.recent().getFirst().detail();
      }
    }
    return verdict.reason();
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
          before.pool() == next.pool() && next.lastResort() == null && before.lastResort() == null
              ? "failback"
              : "selection",
          subject,
          state(service, before),
          state(service, next),
          next.reason(),
          Chronicle.SELF);
    }
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
