package detour.server.api;

import java.time.Instant;
import java.util.List;

/// What the probes of a service found over the last hour: the answer of `GET
/// /api/v1/services/{name}/trends`.
///
/// @param vantage whose probes: that of the node that tells this
public record TrendReport(String service, String vantage, Instant at, List<Line> lines) {

  /// One check of one endpoint. The lists have one value for each step that has a result, oldest
  /// first.
  ///
  /// @param stepSeconds how long a step is; longer where many targets share the memory
  /// @param begin of each step, in seconds since 1970
  /// @param passed results without a warning
  /// @param degraded results that passed with a warning
  /// @param failed results that did not pass
  /// @param meanMilliseconds how long the results that passed took on average; 0 when none did
  /// @param maxMilliseconds how long the longest of them took
  public record Line(
      String pool,
      String endpoint,
      String check,
      int stepSeconds,
      List<Long> begin,
      List<Integer> passed,
      List<Integer> degraded,
      List<Integer> failed,
      List<Double> meanMilliseconds,
      List<Double> maxMilliseconds) {}
}
