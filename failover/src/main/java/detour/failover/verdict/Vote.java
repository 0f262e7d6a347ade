package detour.failover.verdict;

import detour.failover.model.Health;
import detour.failover.model.Vantage;

/// One vantage's say on one endpoint.
///
/// @param opinion what it thinks, or thought last; it counts while the vantage is PRESENT, and
///   UNKNOWN never does
public record Vote(String vantage, String region, Health opinion, Presence presence) {
  public static Vote of(Vantage vantage, Health opinion, Presence presence) {
    return new Vote(vantage.name(), vantage.region(), opinion, presence);
  }

  /// Whether it counts.
  public boolean counts() {
    return presence == Presence.PRESENT && opinion != Health.UNKNOWN;
  }
}
