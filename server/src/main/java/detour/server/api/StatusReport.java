package detour.server.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything that is decided at one moment: the answer of `GET /api/v1/status`.
///
/// @param epoch of the latches and overrides that are in force: equal on nodes of a cluster that
///   agree; on a node of its own it grows with each change of them
/// @param guard whether this vantage trusts what it sees; null from a server without a guard
/// @param cluster what is known of the vantages; null from a node on its own
public record StatusReport(
    String node,
    String version,
    Instant startedAt,
    Instant at,
    long epoch,
    Configuration configuration,
    List<ServiceReport> services,
    List<String> alarms,
    @Nullable Guard guard,
    @Nullable Cluster cluster) {

  /// What is known of the vantages.
  ///
  /// @param reachable whether the shared store answers
  /// @param current when what is known of the others was last known to be current; null for never
  /// @param stale whether that is so long ago that they count as absent
  public record Cluster(
      boolean reachable, @Nullable Instant current, boolean stale, List<Vantage> vantages) {}

  /// One declared vantage.
  ///
  /// @param own whether it is that of the node that tells this
  /// @param presence `PRESENT`, `ABSENT` or `IMPAIRED`
  /// @param detail why it is not present; empty when it is
  /// @param opinions how many of its opinions are known here
  public record Vantage(
      String name, String region, boolean own, String presence, String detail, int opinions) {}

  /// Whether this vantage trusts what it sees.
  ///
  /// @param impaired it does not, so no health changes
  /// @param finding why it is impaired; empty while it is not
  /// @param held how many decisions wait for a witness
  /// @param canaries empty without any
  public record Guard(
      boolean impaired, Instant since, String finding, int held, List<Canary> canaries) {}

  /// One canary.
  ///
  /// @param health `UNKNOWN`, `UP` or `DOWN`
  /// @param detail of the last result; empty before the first
  public record Canary(String check, String health, String detail) {}

  /// Which file is in force.
  ///
  /// @param problems of the last reload that was refused; empty when it was applied
  public record Configuration(String file, Instant loadedAt, int zones, List<String> problems) {}
}
