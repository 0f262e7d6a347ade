package detour.failover.verdict;

import detour.failover.model.Health;

/// What the present vantages agree on for one endpoint.
///
/// @param frozen too few vantages are present to decide: `health` is that of the last verdict
/// @param present how many vantages had a say
/// @param down how many of those say DOWN
/// @param needed how many must say DOWN for the verdict DOWN; while frozen, how many must be
///   present
/// @param reason one sentence without a final full stop
public record Verdict(
    Health health, boolean frozen, int present, int down, int needed, String reason) {
  /// For an endpoint without checks.
  public static final Verdict NOT_CHECKED =
      new Verdict(Health.UP, false, 0, 0, 0, "it is not checked");
}
