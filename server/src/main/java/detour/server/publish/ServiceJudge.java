package detour.server.publish;

import detour.failover.model.Health;
import detour.failover.model.Model;
import detour.failover.model.Service;
import detour.failover.model.VerdictPolicy;
import detour.failover.opinion.CombinedOpinion;
import detour.failover.opinion.ServiceHealth;
import detour.failover.selection.EndpointHealth;
import detour.failover.selection.Selection;
import detour.failover.selection.SelectionRules;
import detour.failover.selection.Track;
import detour.failover.verdict.EffectiveHealth;
import detour.failover.verdict.Verdict;
import detour.failover.verdict.VerdictRules;
import detour.failover.verdict.Vote;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Judges one service at a time: opinions to verdicts, to selections, to its answer. Publish thread
/// only.
final class ServiceJudge {
  private final Time time;
  private final Overrides overrides;
  private final Chronicle chronicle;
  private String vantage = "";
  private VerdictPolicy policy = VerdictPolicy.ALONE;
  private @Nullable Directory directory;

  ServiceJudge(Time time, Overrides overrides, Chronicle chronicle) {
    this.time = time;
    this.overrides = overrides;
    this.chronicle = chronicle;
  }

  void judgeBy(Directory next) {
    Model model = next.configuration().model();
    vantage = model.vantage();
    policy = model.verdicts();
    directory = next;
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
    for (Selection previous : before) {
      Selection next =
          SelectionRules.next(
              live.service(), previous.track(), previous, health, nowNanos, live.failbackApproved);
      selections.add(next);
      next.nextEvaluationNanos()
          .ifPresent(at -> live.nextEvaluationNanos = Math.min(live.nextEvaluationNanos, at));
    }
    LiveService.View former = live.view();
    LiveService.View view = view(live, selections, resolved);
    ServiceHealth asked =
        isAsked(live)
            ? AskedService.health(live.service(), selections, health, nowNanos)
            : ServiceHealth.UNKNOWN;
    // Whatever fails has failed by here: what is reported below has happened.
    for (int track = 0; track < selections.size(); track++) {
      report(live, before.get(track), selections.get(track));
    }
    live.failbackApproved = false;
    live.health = asked;
    live.published(view);
    return former == null || !former.answer().equals(view.answer());
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
        CombinedOpinion.of(
            endpoint.endpoint().checks(),
            endpoint.targets().stream().map(LiveTarget::opinion).toList(),
            directory == null ? name -> ServiceHealth.UNKNOWN : directory::healthOf,
            nowNanos);
    LiveEndpoint.View before = endpoint.view();
    Verdict verdict =
        endpoint.endpoint().checks().isNone()
            ? Verdict.NOT_CHECKED
            : explained(
                VerdictRules.decide(
                    policy,
                    before == null ? null : before.verdict(),
                    List.of(new Vote(vantage, opinion.health(), true))),
                opinion);
    EffectiveHealth effective =
        EffectiveHealth.of(
            overrides.of(endpoint.path()),
            overrides.ofPool(endpoint.path()),
            verdict,
            live.service().unknown(),
            now);
    boolean turned = before != null && before.verdict().health() != verdict.health();
    endpoint.judged(
        new LiveEndpoint.View(
            verdict, effective, before == null || turned ? nowNanos : before.sinceNanos()));
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
        effective.override() != null ? OptionalLong.empty() : opinion.earliestDecisionNanos());
  }

  /// A verdict on more than a mere count of checks says how it came about.
  private static Verdict explained(Verdict verdict, CombinedOpinion opinion) {
    String reason =
        opinion.downBy() != null
            ? "depends on " + opinion.downBy() + ", which is down"
            : verdict.reason() + ": " + opinion.rule();
    return opinion.rule() == null || verdict.frozen()
        ? verdict
        : new Verdict(
            verdict.health(), false, verdict.present(), verdict.down(), verdict.needed(), reason);
  }

  private static boolean mustBeResolvedFirst(
      LiveService live, LiveEndpoint endpoint, Map<String, List<InetAddress>> resolved) {
    boolean alias = live.aliasAllowed() && live.service().families() == Service.Families.JOINT;
    return !alias
        && AnswerRendering.addressesOf(endpoint.endpoint().destination(), resolved).isEmpty();
  }

  private LiveService.View view(
      LiveService live, List<Selection> selections, Map<String, List<InetAddress>> resolved) {
    AnswerRendering rendering =
        AnswerRendering.of(live.service(), live.aliasAllowed(), selections, resolved);
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

  private static String lastDetail(LiveEndpoint endpoint, Verdict verdict) {
    for (LiveTarget target : endpoint.targets()) {
      LiveTarget.View view = target.view();
      if (view.opinion().health() == verdict.health() && !view.recent().isEmpty()) {
        return target.target().check().summary() + ": " + view.recent().getFirst().detail();
      }
    }
    return verdict.reason();
  }

  private void report(LiveService live, Selection before, Selection next) {
    Service service = live.service();
    String subject = subject(service, next.track());
    if (before.latch() != next.latch()) {
      chronicle.selection(
          new Journal.SavedSelection(
              service.name(),
              familyName(next.track()),
              next.latch() < 0 ? null : service.pools().get(next.latch()).name(),
              chronicle.now()));
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
    return SelectionRules.restored(service, track, pool, sinceNanos);
  }

  static String familyName(Track track) {
    return track.name().toLowerCase(Locale.ROOT);
  }

  private static String subject(Service service, Track track) {
    return track == Track.JOINT ? service.name() : service.name() + " (" + familyName(track) + ")";
  }
}
