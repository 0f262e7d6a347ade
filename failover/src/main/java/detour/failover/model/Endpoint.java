package detour.failover.model;

import java.util.List;

/// One destination of a pool.
///
/// @param name unique within its pool; by default the text of the destination
/// @param weight share of the traffic relative to the pool's other endpoints, 0 to 65535
/// @param records what stands at the service's name beside or instead of its address
public record Endpoint(
    String name, Destination destination, int weight, Checks checks, List<CarriedRecord> records) {
  public Endpoint {
    records = List.copyOf(records);
  }

  /// An endpoint that carries no records.
  public Endpoint(String name, Destination destination, int weight, Checks checks) {
    this(name, destination, weight, checks, List.of());
  }

  /// The same with another weight.
  public Endpoint withWeight(int other) {
    return new Endpoint(name, destination, other, checks, records);
  }

  /// What is probed for this endpoint, in the order of its checks.
  public List<ProbeTarget> targets() {
    return checks.checks().stream().map(check -> ProbeTarget.of(check, destination)).toList();
  }
}
