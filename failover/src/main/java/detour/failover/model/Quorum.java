package detour.failover.model;

/// How many of the present vantages must say DOWN before the verdict is DOWN.
public sealed interface Quorum {
  record Majority() implements Quorum {}

  record Any() implements Quorum {}

  record All() implements Quorum {}

  /// A count, or a percentage of the vantages present.
  record AtLeast(Share share) implements Quorum {}
}
