package detour.failover.model;

/// How the opinions of the vantages become one verdict.
///
/// @param declaredVantages how many vantages the configuration names; 1 for a node on its own
/// @param minPresent fewer present than this freezes every verdict; 0 for the default, a majority
///   of the declared
public record VerdictPolicy(Quorum quorum, int declaredVantages, int minPresent) {
  public static final VerdictPolicy ALONE = new VerdictPolicy(new Quorum.Majority(), 1, 0);
}
