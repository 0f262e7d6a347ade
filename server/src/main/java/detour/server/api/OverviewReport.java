package detour.server.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Every service in one line, small enough for ten thousand of them: the answer of `GET
/// /api/v1/overview`.
///
/// @param total how many services there are; null when some were asked for by name
/// @param alarms without what operators announced
/// @param announced what operators said of which more is to come: what waits for an approval or for
///   its start, drills and maintenance; by target
/// @param guard whether this vantage trusts what it sees; null from a server without a guard
/// @param cluster what is known of the vantages; null from a node on its own
public record OverviewReport(
    String node,
    String version,
    Instant startedAt,
    Instant at,
    long epoch,
    @Nullable Integer total,
    List<Line> services,
    List<String> alarms,
    List<OverridesReport.Target> announced,
    StatusReport.@Nullable Guard guard,
    StatusReport.@Nullable Cluster cluster) {

  /// One service. What differs by family is that of the family that is worse off.
  ///
  /// @param status as in [ServiceReport.Selection]
  /// @param pool that serves; null when none does
  /// @param firstPool that would serve if all were well
  /// @param pending whether a change is near
  /// @param endpoints how many there are
  /// @param healthy how many of them are healthy
  /// @param warned how many of them are healthy with a warning
  /// @param frozen how many of them have a verdict that cannot change
  /// @param overridden how many of them an operator spoke of
  /// @param answers what is answered now
  /// @param destinations of all endpoints, for those who search for an address
  public record Line(
      String name,
      String zone,
      String status,
      @Nullable String pool,
      String firstPool,
      Instant since,
      String reason,
      boolean pending,
      @Nullable Instant failbackAt,
      int endpoints,
      int healthy,
      int warned,
      int frozen,
      int overridden,
      List<String> answers,
      List<String> destinations) {}
}
