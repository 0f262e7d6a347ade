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
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Judges endpoints: opinions and votes to verdicts, and with what operators said to health.
/// Publish thread only.
final class EndpointJudge {
  private final Time time;
  private final Overrides overrides;
  private final Chronicle chronicle;
  private final Attendance attendance;
  private String vantage = "";
  private VerdictPolicy policy = VerdictPolicy.ALONE;

  /// Whether this node's own opinion counts.
  private boolean sees = true;

  private @Nullable Directory directory;
  private @Nullable Votes votes;

  EndpointJudge(Time time, Overrides overrides, Chronicle chronicle, Attendance attendance) {
    this.time = time;
    this.overrides = overrides;
    this.chronicle = chronicle;
    this.attendance = attendance;
  }

  void judgeBy(Directory next) {
    Model model = next.configuration().model();
    votes = new Votes(attendance, next.shares(), model.verdicts());
    vantage = model.vantage();
    policy = model.verdicts();
    sees = policy.alone() || policy.vantages().stream().anyMatch(v -> v.name().equals(vantage));
    directory = next;
  }

  /// The health of each endpoint of the service, by pool, as things are now.
  ///
  /// @param resolved the last good addresses of host names
  List<List<EndpointHealth>> health(
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
}
