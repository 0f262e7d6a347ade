package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OperatorOverride.Purpose;
import detour.failover.model.OverridePath;
import detour.failover.model.SafetyRule;
import detour.failover.model.Service.UnknownHealth;
import detour.failover.safety.Objection;
import detour.failover.safety.SafetyCase;
import detour.failover.safety.SafetyRules;
import detour.failover.selection.EndpointHealth;
import detour.failover.selection.SelectionRules;
import detour.failover.verdict.EffectiveHealth;
import detour.failover.verdict.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Asks the safety rules what they have against a change, for the moment at which it begins and for
/// every later one at which something else is planned. Publish thread only.
final class SafetyDesk {
  /// The rule that every drill obeys, whether or not there are others: it may not leave its service
  /// without a pool that can serve.
  static final String DRILL_RULE = "drill";

  private final Decisions decisions;

  SafetyDesk(Decisions decisions) {
    this.decisions = decisions;
  }

  /// What speaks against putting an override in the place of what is said of the path now.
  ///
  /// @param wanted null to clear it; one that waits for its approval is looked at as if it had it
  List<Objection> objections(OverridePath path, @Nullable OperatorOverride wanted, Instant now) {
    OperatorOverride approved =
        wanted == null ? null : wanted.vetted(OperatorOverride.Vetting.NONE);
    Map<String, Objection> byRule = new LinkedHashMap<>();
    for (Instant moment : moments(approved, now)) {
      Map<OverridePath, OperatorOverride> after = new HashMap<>(decisions.overrides().all());
      after.remove(path);
      if (approved != null) {
        after.put(path, approved);
      }
      for (Objection objection :
          at(
              path,
              new Said(decisions.overrides().all(), moment, null),
              new Said(after, moment, null),
              rules(path, approved),
              now)) {
        byRule.putIfAbsent(objection.rule(), objection);
      }
    }
    return List.copyOf(byRule.values());
  }

  /// What speaks against a drill that runs: something else has failed since it was allowed. What is
  /// not known to have failed, as after a restart, speaks against nothing.
  List<Objection> objections(OverridePath path, OperatorOverride drill) {
    Instant now = decisions.chronicle().now();
    Map<OverridePath, OperatorOverride> without = new HashMap<>(decisions.overrides().all());
    without.remove(path);
    if (drill.meanwhile() != null) {
      without.put(path, drill.meanwhile());
    }
    List<SafetyRule> rules =
        rules(path, drill).stream().filter(rule -> !(rule instanceof SafetyRule.Wait)).toList();
    return at(
            path,
            new Said(without, now, UnknownHealth.UP),
            new Said(decisions.overrides().all(), now, UnknownHealth.UP),
            rules,
            now)
        .stream()
        .filter(objection -> !drill.vetting().forcedPast().contains(objection.rule()))
        .toList();
  }

  /// What is said of all targets at one moment.
  ///
  /// @param unknown what unknown health counts as; null for what the service says
  private record Said(
      Map<OverridePath, OperatorOverride> byPath,
      Instant moment,
      @Nullable UnknownHealth unknown) {}

  private List<Objection> at(
      OverridePath path, Said before, Said after, List<SafetyRule> rules, Instant now) {
    return SafetyRules.objections(
        rules,
        new SafetyCase(
            path,
            member -> serves(member, before),
            member -> serves(member, after),
            decisions.overrides()::changedLast,
            now));
  }

  private List<SafetyRule> rules(OverridePath path, @Nullable OperatorOverride wanted) {
    List<SafetyRule> rules =
        new ArrayList<>(decisions.directory().configuration().model().safeguards().rules());
    LiveService live = decisions.directory().service(path.service());
    if (wanted != null && wanted.purpose() == Purpose.DRILL && live != null) {
      List<OverridePath> pools =
          live.service().pools().stream()
              .map(pool -> new OverridePath(path.service(), pool.name(), null))
              .collect(Collectors.toList());
      rules.add(new SafetyRule.AtLeast(DRILL_RULE, 1, pools));
    }
    return rules;
  }

  /// Its own beginning, and those of others while it lasts.
  private Set<Instant> moments(@Nullable OperatorOverride wanted, Instant now) {
    Set<Instant> moments = new TreeSet<>();
    Instant from = wanted == null || wanted.starts() == null ? now : wanted.starts();
    Instant until = wanted == null ? null : wanted.expires();
    moments.add(from);
    for (OperatorOverride other : decisions.overrides().all().values()) {
      for (Instant turn = other.nextTurn(from);
          turn != null && (until == null || turn.isBefore(until));
          turn = other.nextTurn(turn)) {
        moments.add(turn);
      }
    }
    return moments;
  }

  /// Whether a pool or an endpoint could serve, by the verdicts of this moment and what is said for
  /// another.
  private boolean serves(OverridePath member, Said said) {
    LiveService live = decisions.directory().service(member.service());
    if (live == null) {
      return false;
    }
    List<List<EndpointHealth>> health = new ArrayList<>();
    for (List<LiveEndpoint> pool : live.pools()) {
      List<EndpointHealth> ofPool = new ArrayList<>();
      for (LiveEndpoint endpoint : pool) {
        boolean healthy = healthy(live, endpoint, said);
        if (endpoint.path().equals(member)) {
          return healthy;
        }
        ofPool.add(new EndpointHealth(healthy, false, "", OptionalLong.empty()));
      }
      health.add(ofPool);
    }
    for (int pool = 0; pool < live.pools().size(); pool++) {
      if (live.service().pools().get(pool).name().equals(member.pool())) {
        return member.endpoint() == null
            && SelectionRules.availability(live.service(), health, decisions.nowNanos())
                .get(pool)
                .available();
      }
    }
    return false;
  }

  private static boolean healthy(LiveService live, LiveEndpoint endpoint, Said said) {
    LiveEndpoint.View view = endpoint.view();
    Verdict verdict = view == null ? Verdict.NOT_CHECKED : view.verdict();
    return EffectiveHealth.of(
            said.byPath().get(endpoint.path()),
            said.byPath().get(endpoint.path().wholePool()),
            verdict,
            said.unknown() == null ? live.service().unknown() : said.unknown(),
            said.moment())
        .healthy();
  }
}
