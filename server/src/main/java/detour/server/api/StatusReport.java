package detour.server.api;

import java.time.Instant;
import java.util.List;

/// Everything that is decided at one moment: the answer of `GET /api/v1/status`.
///
/// @param epoch grows with each change of any selection
public record StatusReport(
    String node,
    String version,
    Instant startedAt,
    Instant at,
    long epoch,
    Configuration configuration,
    List<ServiceReport> services,
    List<String> alarms) {

  /// Which file is in force.
  ///
  /// @param problems of the last reload that was refused; empty when it was applied
  public record Configuration(String file, Instant loadedAt, int zones, List<String> problems) {}
}
