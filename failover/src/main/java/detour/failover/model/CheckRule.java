package detour.failover.model;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// How the opinions of an endpoint's checks, and the health of services, become one opinion: a
/// small expression over them.
public sealed interface CheckRule {
  /// What one check says.
  ///
  /// @param index its position in [Checks#checks]
  record Of(int index) implements CheckRule {}

  /// UP while the service of this name has an available pool.
  record ServiceUp(String service) implements CheckRule {}

  /// UP where the part is DOWN, DOWN where it is UP.
  record Not(CheckRule part) implements CheckRule {}

  /// UP when at least `needed` of the parts are; without parts always.
  record AtLeast(int needed, List<CheckRule> parts) implements CheckRule {
    public AtLeast {
      parts = List.copyOf(parts);
      if (needed < (parts.isEmpty() ? 0 : 1) || needed > parts.size()) {
        throw new IllegalArgumentException(
            "needed must be from 1 to the number of checks, " + parts.size() + "; it is " + needed);
      }
    }

    static AtLeast ofFirst(int needed, int checks) {
      return new AtLeast(needed, IntStream.range(0, checks).<CheckRule>mapToObj(Of::new).toList());
    }
  }

  /// What the part says, but DOWN while the check that it depends on is DOWN.
  ///
  /// @param name of the check depended on
  record DependsOn(CheckRule part, CheckRule on, String name) implements CheckRule {}

  /// The services whose health the rule asks for, sorted.
  default SortedSet<String> services() {
    SortedSet<String> services = new TreeSet<>();
    collectServices(this, services);
    return Collections.unmodifiableSortedSet(services);
  }

  private static void collectServices(CheckRule rule, SortedSet<String> services) {
    switch (rule) {
      case Of _ -> {}
      case ServiceUp(String service) -> services.add(service);
      case Not(CheckRule part) -> collectServices(part, services);
      case AtLeast(int _, List<CheckRule> parts) ->
          parts.forEach(part -> collectServices(part, services));
      case DependsOn(CheckRule part, CheckRule on, String _) -> {
        collectServices(part, services);
        collectServices(on, services);
      }
    }
  }
}
