package detour.server.publish;

import detour.failover.model.CheckRule;
import detour.failover.model.Health;
import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Opinion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Who asks whom in one configuration: which services ask for which, and which checks others depend
/// on.
final class Dependencies {
  private final Map<String, List<LiveService>> askers = new HashMap<>();
  private final Map<ProbeTarget, Dependency> dependencies = new LinkedHashMap<>();

  /// A check that others depend on.
  ///
  /// @param further what it depends on itself; null for nothing
  /// @param endpoints how many endpoints depend on it
  record Dependency(String name, LiveTarget target, @Nullable LiveTarget further, int endpoints) {
    private Dependency oneMore() {
      return new Dependency(name, target, further, endpoints + 1);
    }
  }

  Dependencies(Collection<LiveService> services) {
    for (LiveService live : services) {
      live.pools().forEach(pool -> pool.forEach(endpoint -> register(live, endpoint)));
    }
  }

  /// The services whose checks ask for this one.
  List<LiveService> askersOf(String service) {
    return askers.getOrDefault(service, List.of());
  }

  /// Null when nothing depends on the target.
  @Nullable Dependency of(ProbeTarget target) {
    return dependencies.get(target);
  }

  Collection<Dependency> all() {
    return dependencies.values();
  }

  /// One event for a check that others depend on, in place of one for each of them.
  ///
  /// @param before what was thought of the target before this opinion, another health
  void report(ProbeTarget target, Health before, Opinion opinion, Chronicle chronicle) {
    Health after = opinion.health();
    Dependency dependency = of(target);
    boolean expected = before == Health.UNKNOWN && after == Health.UP;
    if (dependency == null || expected) {
      return;
    }
    LiveTarget further = dependency.further();
    if (further == null || further.health() != Health.DOWN) {
      chronicle.event(
          null,
          "dependency",
          dependency.name(),
          before.name(),
          after.name(),
          (opinion.last() == null ? "" : opinion.last().detail() + "; ") + dependents(dependency),
          Chronicle.SELF);
    }
  }

  static String dependents(Dependency dependency) {
    return dependency.endpoints() == 1
        ? "1 endpoint depends on it"
        : dependency.endpoints() + " endpoints depend on it";
  }

  private void register(LiveService live, LiveEndpoint endpoint) {
    CheckRule rule = endpoint.endpoint().checks().rule();
    for (String asked : rule.services()) {
      List<LiveService> known = askers.computeIfAbsent(asked, name -> new ArrayList<>(1));
      if (!known.contains(live)) {
        known.add(live);
      }
    }
    Map<ProbeTarget, Dependency> ofThis = new LinkedHashMap<>();
    collect(rule, endpoint, ofThis);
    ofThis.forEach(
        (target, found) -> dependencies.merge(target, found, (known, again) -> known.oneMore()));
  }

  private static void collect(
      CheckRule rule, LiveEndpoint endpoint, Map<ProbeTarget, Dependency> found) {
    switch (rule) {
      case CheckRule.Of _, CheckRule.ServiceUp _ -> {}
      case CheckRule.Not(CheckRule part) -> collect(part, endpoint, found);
      case CheckRule.AtLeast(int _, List<CheckRule> parts) ->
          parts.forEach(part -> collect(part, endpoint, found));
      case CheckRule.DependsOn(CheckRule part, CheckRule on, String name) -> {
        collect(part, endpoint, found);
        collect(on, endpoint, found);
        LiveTarget target = probed(on, endpoint);
        if (target != null) {
          LiveTarget further =
              on instanceof CheckRule.DependsOn(CheckRule _, CheckRule next, String _)
                  ? probed(next, endpoint)
                  : null;
          found.put(target.target(), new Dependency(name, target, further, 1));
        }
      }
    }
  }

  /// What is probed for a check that is depended on.
  private static @Nullable LiveTarget probed(CheckRule on, LiveEndpoint endpoint) {
    return switch (on) {
      case CheckRule.Of(int index) -> endpoint.targets().get(index);
      case CheckRule.DependsOn(CheckRule part, CheckRule _, String _) -> probed(part, endpoint);
      case CheckRule.ServiceUp _, CheckRule.Not _, CheckRule.AtLeast _ -> null;
    };
  }
}
