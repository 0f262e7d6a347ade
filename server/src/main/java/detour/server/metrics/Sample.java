package detour.server.metrics;

import java.util.List;

/// One value of a metric.
///
/// @param labelValues in the order of the metric's label names
public record Sample(double value, List<String> labelValues) {
  public Sample {
    labelValues = List.copyOf(labelValues);
  }

  public static Sample of(double value, String... labelValues) {
    return new Sample(value, List.of(labelValues));
  }
}
