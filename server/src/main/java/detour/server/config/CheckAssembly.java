package detour.server.config;

import detour.failover.model.Check;
import detour.failover.model.CheckRule;
import detour.failover.model.Checks;
import detour.server.config.CheckDeclaration.Use;
import detour.server.options.Place;
import detour.server.options.Placed;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes the rules of endpoints from checks by name, in place and calculated, and reports names
/// that lead nowhere or back to themselves.
final class CheckAssembly {
  private final Problems problems;
  private final Map<String, Placed<CheckForm>> checks;
  private final Set<String> checkNames;
  private final Set<String> serviceNames;
  private final ClusterAssembly cluster;
  private final Set<String> used = new HashSet<>();

  /// The names that are being looked up, outermost first: one that comes up again is a cycle.
  private final Set<String> underway = new LinkedHashSet<>();

  /// @param checks the named checks that will do
  /// @param checkNames those and the ones that will not, which are not reported once more as
  ///   missing
  CheckAssembly(
      Problems problems,
      Map<String, Placed<CheckForm>> checks,
      Set<String> checkNames,
      Set<String> serviceNames,
      ClusterAssembly cluster) {
    this.problems = problems;
    this.checks = checks;
    this.checkNames = checkNames;
    this.serviceNames = serviceNames;
    this.cluster = cluster;
  }

  /// What an endpoint is judged by.
  Checks checks(CheckDeclaration declared) {
    Leaves leaves = new Leaves();
    CheckRule rule = rule(declared, leaves);
    return new Checks(rule, leaves.checks);
  }

  /// Reports cycles among named checks, and warns of those that nobody uses. Call last.
  void reportTheRest() {
    Map<String, Set<String>> references = new LinkedHashMap<>();
    checks.forEach((name, form) -> references.put(name, references(form.value())));
    Set<String> reported = new HashSet<>();
    checks.forEach((name, form) -> {
      List<String> way = ServiceLoops.wayBack(name, references);
      // One report for a cycle, at the first of its checks.
      if (!way.isEmpty() && way.stream().noneMatch(reported::contains)) {
        reported.addAll(way);
        problems.report(
            form.place(),
            way.size() == 2
                ? "the check " + name + " depends on itself"
                : "the checks lead back to where they began: " + String.join(" -> ", way));
      }
      if (!used.contains(name)) {
        problems.warn(form.place(), "no endpoint uses the check " + name);
      }
    });
  }

  private static Set<String> references(CheckForm form) {
    Set<String> names = new LinkedHashSet<>();
    switch (form) {
      case CheckForm.Probed(Check _, Placed<String> dependsOn, var _) -> {
        if (dependsOn != null) {
          names.add(dependsOn.value());
        }
      }
      case CheckForm.Calculated(CheckDeclaration declared) ->
          declared.uses().forEach(use -> addReferences(use.value(), names));
    }
    return names;
  }

  private static void addReferences(Use use, Set<String> names) {
    switch (use) {
      case Use.Named(String name) -> names.add(name);
      case Use.Inline(CheckForm form) -> names.addAll(references(form));
      case Use.ServiceUp _ -> {}
      case Use.Not(Placed<Use> part) -> addReferences(part.value(), names);
    }
  }

  private CheckRule rule(CheckDeclaration declared, Leaves leaves) {
    Set<CheckRule> parts = new LinkedHashSet<>();
    for (Placed<Use> use : declared.uses()) {
      CheckRule part = rule(use, leaves);
      if (part != null) {
        parts.add(part);
      }
    }
    int needed =
        declared.needed() == CheckDeclaration.ALL
            ? parts.size()
            : Math.min(declared.needed(), parts.size());
    return new CheckRule.AtLeast(needed, List.copyOf(parts));
  }

  private @Nullable CheckRule rule(Placed<Use> use, Leaves leaves) {
    return switch (use.value()) {
      case Use.Inline(CheckForm form) -> rule(form, leaves);
      case Use.Named(String name) -> named(name, use.place(), leaves);
      case Use.ServiceUp(String name) -> service(name, use.place());
      case Use.Not(Placed<Use> part) -> {
        CheckRule negated = rule(part, leaves);
        yield negated == null ? null : new CheckRule.Not(negated);
      }
    };
  }

  private @Nullable CheckRule rule(CheckForm form, Leaves leaves) {
    return switch (form) {
      case CheckForm.Calculated(CheckDeclaration declared) -> {
        CheckRule rule = rule(declared, leaves);
        // One part alone says what the whole says.
        yield rule instanceof CheckRule.AtLeast(int _, List<CheckRule> parts) && parts.size() == 1
            ? parts.getFirst()
            : rule;
      }
      case CheckForm.Probed(Check check, Placed<String> dependsOn, var vantages) -> {
        CheckRule own = leaves.of(cluster.asking(check, vantages));
        CheckRule on =
            dependsOn == null ? null : dependency(dependsOn.value(), dependsOn.place(), leaves);
        yield on == null || dependsOn == null
            ? own
            : new CheckRule.DependsOn(own, on, dependsOn.value());
      }
    };
  }

  private @Nullable CheckRule dependency(String name, Place place, Leaves leaves) {
    Placed<CheckForm> form = checks.get(name);
    boolean fixed =
        form != null
            && form.value() instanceof CheckForm.Probed(Check check, var _, var _)
            && check.options().target() != null;
    if (form != null && !fixed) {
      problems.reportOnce(
          place,
          "the check "
              + name
              + " has no target of its own, so nothing can depend on it: give it a target",
          Wording.quoted(name),
          "a check with a target");
      return null;
    }
    return named(name, place, leaves);
  }

  private @Nullable CheckRule named(String name, Place place, Leaves leaves) {
    used.add(name);
    Placed<CheckForm> form = checks.get(name);
    if (form == null) {
      if (!checkNames.contains(name)) {
        problems.reportOnce(
            place,
            "there is no check "
                + Wording.quoted(name)
                + " among 'checks'"
                + Wording.suggestion(name, checkNames),
            Wording.quoted(name),
            checkNames.isEmpty() ? "a check" : Wording.alternatives(checkNames));
      }
      return null;
    }
    if (!underway.add(name)) {
      return null;
    }
    try {
      return rule(form.value(), leaves);
    } finally {
      underway.remove(name);
    }
  }

  private @Nullable CheckRule service(String name, Place place) {
    if (!serviceNames.contains(name)) {
      problems.reportOnce(
          place,
          "there is no service "
              + Wording.quoted(name)
              + " among 'services'"
              + Wording.suggestion(name, serviceNames),
          Wording.quoted(name),
          "the name of a service");
      return null;
    }
    return new CheckRule.ServiceUp(name);
  }

  /// What is probed, each check once.
  private static final class Leaves {
    private final List<Check> checks = new ArrayList<>();

    CheckRule of(Check check) {
      int index = checks.indexOf(check);
      if (index < 0) {
        index = checks.size();
        checks.add(check);
      }
      return new CheckRule.Of(index);
    }
  }
}
