package detour.server.config;

import detour.failover.model.FencePolicy;
import detour.failover.model.OverridePath;
import detour.failover.model.Safeguards;
import detour.failover.model.SafetyRule;
import detour.failover.model.Service;
import detour.server.options.Place;
import detour.server.options.Placed;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Makes the safeguards of `safety` and of the services, and checks that what they speak of is
/// there.
final class SafeguardAssembly {
  private final Problems problems;

  SafeguardAssembly(Problems problems) {
    this.problems = problems;
  }

  Safeguards safeguards(
      SafetyDeclaration safety, List<Placed<ServiceDeclaration>> declared, List<Service> services) {
    Map<String, Place> names = new HashMap<>();
    for (Placed<SafetyRule> rule : safety.rules()) {
      Place first = names.putIfAbsent(rule.value().name(), rule.place());
      if (first != null) {
        problems.report(
            rule.place(),
            "the rule " + rule.value().name() + " is already in line " + first.line());
      }
      for (OverridePath member : rule.value().members()) {
        checkMember(member, rule.place(), services);
      }
    }
    Set<String> secondApprovers = new HashSet<>();
    Map<String, FencePolicy> fences = new HashMap<>();
    for (Placed<ServiceDeclaration> service : declared) {
      if (service.value().secondApprover()) {
        secondApprovers.add(service.value().name());
      }
      FencePolicy fence = service.value().fence();
      if (fence != null) {
        fences.put(service.value().name(), fence);
        if (service.value().pools().size() < 2) {
          problems.warn(service.place(), "fence does nothing with one pool");
        }
      }
    }
    return new Safeguards(
        safety.rules().stream().map(Placed::value).toList(), secondApprovers, fences);
  }

  private void checkMember(OverridePath member, Place place, List<Service> services) {
    boolean known =
        services.stream()
            .filter(service -> service.name().equals(member.service()))
            .flatMap(service -> service.pools().stream())
            .filter(pool -> pool.name().equals(member.pool()))
            .anyMatch(pool ->
                member.endpoint() == null
                    || pool.endpoints().stream()
                        .anyMatch(endpoint -> endpoint.name().equals(member.endpoint())));
    if (!known) {
      problems.report(
          place,
          "the rule speaks of " + member + ", which is not configured",
          Wording.quoted(member.toString()),
          "service/pool or service/pool/endpoint of one of the services");
    }
  }
}
