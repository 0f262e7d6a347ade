package detour.failover.model;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// How the opinions of the vantages become one verdict.
///
/// @param quorum how many of those present must say DOWN; with `perRegion` it counts regions
/// @param vantages whose opinions count; empty for a node on its own
/// @param minPresent fewer present than this freezes every verdict; 0 for the default, a majority
///   of the declared; with `perRegion` it counts regions
/// @param perRegion whether each region decides by its own majority first
/// @param redundancy how many vantages probe each target, in each region with `perRegion`; 0 for
///   all
public record VerdictPolicy(
    Quorum quorum, List<Vantage> vantages, int minPresent, boolean perRegion, int redundancy) {
  public static final VerdictPolicy ALONE = new VerdictPolicy(new Quorum.Majority(), List.of(), 0);

  public VerdictPolicy {
    vantages = List.copyOf(vantages);
    Set<String> names = new HashSet<>();
    for (Vantage vantage : vantages) {
      if (!names.add(vantage.name())) {
        throw new IllegalArgumentException("the vantage " + vantage.name() + " is declared twice");
      }
    }
  }

  /// A policy by which every vantage probes everything and has one say.
  public VerdictPolicy(Quorum quorum, List<Vantage> vantages, int minPresent) {
    this(quorum, vantages, minPresent, false, 0);
  }

  /// How many vantages there are; 1 for a node on its own.
  public int declaredVantages() {
    return Math.max(1, vantages.size());
  }

  /// Whether there is nobody to agree with.
  public boolean alone() {
    return vantages.isEmpty();
  }

  /// Whether targets are shared out among the vantages.
  public boolean sharesProbes() {
    return redundancy > 0;
  }
}
