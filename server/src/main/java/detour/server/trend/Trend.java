package detour.server.trend;

import java.util.List;

/// The results of one target over the last hour, in equal steps of time.
///
/// @param stepSeconds how long a step is
/// @param points oldest first; steps without a result are left out
public record Trend(int stepSeconds, List<Point> points) {
  public Trend {
    points = List.copyOf(points);
  }

  /// The results of one step.
  ///
  /// @param agoMillis how long ago the step began
  /// @param passed results without a warning
  /// @param degraded results that passed with a warning
  /// @param failed results that did not pass
  /// @param meanMillis how long the results that passed took on average; 0 when none did
  /// @param maxMillis how long the longest of them took
  public record Point(
      long agoMillis, int passed, int degraded, int failed, double meanMillis, double maxMillis) {}
}
