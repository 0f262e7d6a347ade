package detour.server.config;

import detour.failover.model.Check;
import detour.failover.model.GuardPolicy;
import detour.failover.model.ProbeOptions;
import detour.failover.model.Quorum;
import detour.failover.model.Vantage;
import detour.failover.model.VerdictPolicy;
import detour.server.config.NodeSettings.Role;
import detour.server.options.Place;
import detour.server.options.Placed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes the rules by which vantages decide, and reports what cannot work, and what probably does
/// not do what was meant.
final class ClusterAssembly {
  private final Problems problems;
  private final @Nullable Placed<ClusterDeclaration> cluster;
  private final FailoverDeclaration failover;
  private final boolean unknown;

  /// @param cluster null where there is none, or none that will do
  /// @param failover null for the defaults
  /// @param unknown whether a cluster was declared that will not do
  ClusterAssembly(
      Problems problems,
      @Nullable Placed<ClusterDeclaration> cluster,
      @Nullable Placed<FailoverDeclaration> failover,
      boolean unknown) {
    this.problems = problems;
    this.cluster = cluster;
    this.failover = failover == null ? FailoverDeclaration.DEFAULT : failover.value();
    this.unknown = unknown;
    if (failover != null && cluster == null && !unknown) {
      problems.warn(
          failover.place(),
          "without a cluster there is one vantage, so quorum, min_present and per_region do"
              + " nothing");
    }
  }

  VerdictPolicy policy() {
    return cluster == null
        ? VerdictPolicy.ALONE
        : new VerdictPolicy(
            failover.quorum(),
            vantages(cluster.value()),
            failover.minPresent(),
            failover.perRegion(),
            cluster.value().redundancy());
  }

  /// Reports what is wrong with the cluster as a whole.
  ///
  /// @param nodePlace where the node is described; null where it is not
  void report(String node, Role role, GuardPolicy guard, Place nodePlace) {
    if (cluster == null) {
      if (role != Role.BOTH && !unknown) {
        problems.report(
            nodePlace,
            "role is for the nodes of a cluster, and there is none: declare a cluster, or remove"
                + " role");
      }
      return;
    }
    ClusterDeclaration declared = cluster.value();
    reportOwn(node, role);
    reportCounts(declared, cluster.place());
    if (problems.count() == 0) {
      warn(declared, guard, cluster.place());
    }
  }

  /// Reports what is wrong with the cluster as far as a node's own sections show it.
  void reportOwn(String node, Role role) {
    if (cluster != null) {
      reportNames(cluster.value());
      reportNode(node, role, cluster.value());
    }
  }

  /// The check, asked of those vantages that these names of vantages and regions stand for.
  ///
  /// @param names null for all
  Check asking(Check check, @Nullable Placed<List<String>> names) {
    if (names == null || unknown) {
      return check;
    }
    if (cluster == null) {
      problems.reportOnce(
          names.place(),
          "vantages names who probes in a cluster, and there is none: declare a cluster, or remove"
              + " vantages",
          String.join(", ", names.value()),
          "a cluster");
      return check;
    }
    Set<String> asked = new LinkedHashSet<>();
    for (String name : names.value()) {
      List<String> found =
          vantages(cluster.value()).stream()
              .filter(vantage -> vantage.name().equals(name) || vantage.region().equals(name))
              .map(Vantage::name)
              .toList();
      if (found.isEmpty()) {
        Set<String> known = cluster.value().names();
        problems.reportOnce(
            names.place(),
            "there is no vantage or region "
                + Wording.quoted(name)
                + " in the cluster"
                + Wording.suggestion(name, known),
            Wording.quoted(name),
            Wording.alternatives(known));
      }
      asked.addAll(found);
    }
    if (asked.size() == 2 && failover.minPresent() == 0) {
      problems.warnOnce(
          names.place(),
          "two vantages are asked, so the loss of one freezes what this check decides: name one, or"
              + " three");
    }
    return asking(check, asked);
  }

  private static Check asking(Check check, Set<String> vantages) {
    ProbeOptions options = check.options();
    return new Check(
        check.kind(),
        check.settings(),
        check.interval(),
        check.fastInterval(),
        check.timeout(),
        check.thresholds(),
        new ProbeOptions(
            options.target(),
            options.source(),
            options.inverted(),
            options.slowAfter(),
            options.addresses(),
            options.earlySuspicion(),
            options.tripwire(),
            vantages));
  }

  private void reportNames(ClusterDeclaration declared) {
    Map<String, Place> names = new HashMap<>();
    for (Placed<Vantage> vantage : declared.vantages()) {
      Place first = names.putIfAbsent(vantage.value().name(), vantage.place());
      if (first != null) {
        problems.report(
            vantage.place(),
            "the vantage " + vantage.value().name() + " is already in line " + first.line());
      }
    }
    for (Placed<Vantage> vantage : declared.vantages()) {
      String region = vantage.value().region();
      if (!region.equals(vantage.value().name()) && names.containsKey(region)) {
        problems.report(
            vantage.place(),
            region + " is both a region and a vantage: a check that names it could mean either");
      }
    }
  }

  private void reportNode(String node, Role role, ClusterDeclaration declared) {
    List<String> names =
        declared.vantages().stream().map(vantage -> vantage.value().name()).toList();
    if (role == Role.ANSWER && names.contains(node)) {
      problems.report(
          place(),
          node
              + " is this node, which with role: answer does not probe, so it can be no vantage:"
              + " remove it from vantages, or change its role");
    }
    if (role != Role.ANSWER && !names.contains(node)) {
      problems.report(
          place(),
          "this node is called "
              + node
              + ", and no vantage is: add it to vantages, set node.name to "
              + Wording.alternatives(names)
              + ", or let it only answer, with node.role: answer");
    }
  }

  private void reportCounts(ClusterDeclaration declared, Place place) {
    int voters =
        failover.perRegion() ? regions(declared).size() : new HashSet<>(vantages(declared)).size();
    String what = failover.perRegion() ? "regions" : "vantages";
    if (failover.minPresent() > voters) {
      problems.report(
          place,
          "failover.min_present is %d, but there are %d %s: every verdict would be frozen for ever"
              .formatted(failover.minPresent(), voters, what));
    }
    if (failover.quorum() instanceof Quorum.AtLeast(var share)
        && !share.percent()
        && share.value() > voters) {
      problems.report(
          place,
          "failover.quorum is %d, but there are %d %s: nothing would ever be down"
              .formatted(share.value(), voters, what));
    }
  }

  private void warn(ClusterDeclaration declared, GuardPolicy guard, Place place) {
    Map<String, Integer> regions = regions(declared);
    int vantages = declared.vantages().size();
    int voters = failover.perRegion() ? regions.size() : vantages;
    int majority = voters / 2 + 1;
    boolean canaries = guard.on() && !guard.canaries().isEmpty();
    if (voters == 2 && failover.minPresent() == 0) {
      problems.warn(
          place,
          "with two "
              + (failover.perRegion() ? "regions" : "vantages")
              + " the loss of one freezes every verdict, so the loss of a site with its vantage"
              + " does not fail over; add a third vantage that only probes (role: probe), or set"
              + " failover.min_present: 1 and declare guard.canaries, by which a lone vantage that"
              + " still sees the outside world may decide");
    }
    if (failover.minPresent() > 0 && failover.minPresent() < majority && !canaries) {
      problems.warn(
          place,
          "with failover.min_present: %d fewer than a majority may decide, so a vantage that is cut"
                  .formatted(failover.minPresent())
              + " off would decide by what it sees alone; declare guard.canaries, by which it"
              + " notices");
    }
    if (failover.perRegion()) {
      regions.forEach((region, count) -> {
        if (count == 2) {
          problems.warn(
              place,
              "the region "
                  + region
                  + " has two vantages, so the loss of one silences the region: declare one, or"
                  + " three");
        }
      });
    }
    if (declared.redundancy() == 1 && vantages > 1 && !failover.perRegion()) {
      problems.warn(
          place,
          "with redundancy: 1 one vantage alone decides on each endpoint, and can mistake its own"
              + " bad path for an outage; use 3");
    }
    if (declared.redundancy() >= vantages) {
      problems.warn(
          place,
          "redundancy is %d and there are %d vantages, so each probes everything"
              .formatted(declared.redundancy(), vantages));
    }
    if (declared.etcd().user() != null
        && "http".equals(declared.etcd().endpoints().getFirst().getScheme())) {
      problems.warn(place, "the password of etcd's user is sent over http in the clear: use https");
    }
  }

  private static Map<String, Integer> regions(ClusterDeclaration declared) {
    Map<String, Integer> regions = new LinkedHashMap<>();
    vantages(declared).forEach(vantage -> regions.merge(vantage.region(), 1, Integer::sum));
    return regions;
  }

  /// Each name once.
  private static List<Vantage> vantages(ClusterDeclaration declared) {
    Map<String, Vantage> vantages = new LinkedHashMap<>();
    for (Placed<Vantage> vantage : declared.vantages()) {
      vantages.putIfAbsent(vantage.value().name(), vantage.value());
    }
    return new ArrayList<>(vantages.values());
  }

  private Place place() {
    return cluster == null ? new Place(1, 1, "") : cluster.place();
  }
}
