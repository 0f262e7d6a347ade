package detour.failover.model;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Everything the operator declared that decisions depend on.
///
/// @param vantage the name of this node's vantage
/// @param services in the order of the configuration
/// @param guard when this vantage distrusts itself
/// @param safeguards what operators must not do by accident, and what must precede a failover
public record Model(
    String vantage,
    VerdictPolicy verdicts,
    List<Service> services,
    GuardPolicy guard,
    Safeguards safeguards) {
  public Model {
    services = List.copyOf(services);
  }

  /// A model whose vantage always believes what it sees.
  public Model(String vantage, VerdictPolicy verdicts, List<Service> services) {
    this(vantage, verdicts, services, GuardPolicy.OFF);
  }

  /// A model without safeguards.
  public Model(String vantage, VerdictPolicy verdicts, List<Service> services, GuardPolicy guard) {
    this(vantage, verdicts, services, guard, Safeguards.NONE);
  }

  /// Every distinct check of every distinct destination of an endpoint, each once.
  public Set<ProbeTarget> targets() {
    Set<ProbeTarget> targets = new LinkedHashSet<>();
    for (Service service : services) {
      for (Pool pool : service.pools()) {
        for (Endpoint endpoint : pool.endpoints()) {
          targets.addAll(endpoint.targets());
        }
      }
    }
    return targets;
  }
}
