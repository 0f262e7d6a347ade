package detour.failover.model;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Everything the operator declared that decisions depend on.
///
/// @param vantage the name of this node's vantage
/// @param services in the order of the configuration
/// @param guard when this vantage distrusts itself
public record Model(
    String vantage, VerdictPolicy verdicts, List<Service> services, GuardPolicy guard) {
  public Model {
    services = List.copyOf(services);
  }

  /// A model whose vantage always believes what it sees.
  public Model(String vantage, VerdictPolicy verdicts, List<Service> services) {
    this(vantage, verdicts, services, GuardPolicy.OFF);
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
