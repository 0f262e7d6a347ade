package detour.failover.model;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// What stands between a wish and its being done.
///
/// @param rules in the order of the configuration; their names differ
/// @param secondApprovers the names of the services whose overrides a second operator must approve
/// @param fences by the name of the service
public record Safeguards(
    List<SafetyRule> rules, Set<String> secondApprovers, Map<String, FencePolicy> fences) {
  public static final Safeguards NONE = new Safeguards(List.of(), Set.of(), Map.of());

  public Safeguards {
    rules = List.copyOf(rules);
    secondApprovers = Set.copyOf(secondApprovers);
    fences = Map.copyOf(fences);
  }
}
