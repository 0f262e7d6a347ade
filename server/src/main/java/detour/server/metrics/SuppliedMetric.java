package detour.server.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.function.Supplier;

/// A counter or gauge whose values are asked at each scrape.
record SuppliedMetric(
    MetricType type,
    String name,
    String help,
    List<String> labelNames,
    Supplier<List<Sample>> samples)
    implements Collector {

  @Override
  public MetricSnapshot collect() {
    return type == MetricType.COUNTER ? counters() : gauges();
  }

  @Override
  public MetricFamilyDescriptor getMetricFamilyDescriptor() {
    return MetricFamilyDescriptor.of(type, name).help(help).labelNames(labelNames).build();
  }

  private CounterSnapshot counters() {
    CounterSnapshot.Builder all = CounterSnapshot.builder().name(name).help(help);
    for (Sample sample : samples.get()) {
      all.dataPoint(
          CounterSnapshot.CounterDataPointSnapshot.builder()
              .labels(Labels.of(labelNames, sample.labelValues()))
              .value(sample.value())
              .build());
    }
    return all.build();
  }

  private GaugeSnapshot gauges() {
    GaugeSnapshot.Builder all = GaugeSnapshot.builder().name(name).help(help);
    for (Sample sample : samples.get()) {
      all.dataPoint(
          GaugeSnapshot.GaugeDataPointSnapshot.builder()
              .labels(Labels.of(labelNames, sample.labelValues()))
              .value(sample.value())
              .build());
    }
    return all.build();
  }
}
