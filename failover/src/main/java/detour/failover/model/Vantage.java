package detour.failover.model;

/// A declared place that probes run from.
///
/// @param name unique among the vantages
/// @param region which vantages are likely to fail together; its own name where none was given
public record Vantage(String name, String region) {
  /// A vantage that is a region of its own.
  public static Vantage of(String name) {
    return new Vantage(name, name);
  }
}
