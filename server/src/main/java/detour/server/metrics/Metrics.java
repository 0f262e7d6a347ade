package detour.server.metrics;

import io.prometheus.metrics.core.metrics.Histogram;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// Where everything is counted. Any thread.
public final class Metrics {
  private static final double NANOS_PER_SECOND = 1e9;

  private final LongAdder[] counts = new LongAdder[Counter.values().length];

  private final LongAdder tripwires = new LongAdder();

  private final Histogram probeDuration =
      Histogram.builder()
          .name("detour_probe_duration_seconds")
          .help("How long probes took, from their start to their result.")
          .labelNames("kind", "result")
          .classicOnly()
          .classicUpperBounds(
              0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
          .build();

  private final Histogram probeStartLateness =
      Histogram.builder()
          .name("detour_probe_start_lateness_seconds")
          .help("How much later than planned probes started.")
          .classicOnly()
          .classicUpperBounds(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)
          .build();

  public Metrics() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  public void count(Counter counter) {
    counts[counter.ordinal()].increment();
  }

  public void add(Counter counter, long amount) {
    counts[counter.ordinal()].add(amount);
  }

  public long value(Counter counter) {
    return counts[counter.ordinal()].sum();
  }

  /// One probe that ended.
  public void probed(String kind, boolean passed, long durationNanos) {
    probeDuration
        .labelValues(kind, passed ? "pass" : "fail")
        .observe(durationNanos / NANOS_PER_SECOND);
  }

  /// One probe that started, so long after its planned time; 0 when on time.
  public void probeStarted(long latenessNanos) {
    probeStartLateness.observe(Math.max(0, latenessNanos) / NANOS_PER_SECOND);
  }

  /// So many tripwires more, or fewer where negative, are held.
  public void tripwiresHeld(int change) {
    tripwires.add(change);
  }

  /// How many tripwires are held.
  public long tripwiresHeld() {
    return tripwires.sum();
  }

  /// How many probes ended, by kind and result.
  List<Sample> probes() {
    return probeDuration.collect().getDataPoints().stream()
        .map(point ->
            Sample.of(
                (double) point.getCount(),
                String.valueOf(point.getLabels().get("kind")),
                String.valueOf(point.getLabels().get("result"))))
        .toList();
  }

  Histogram probeDuration() {
    return probeDuration;
  }

  Histogram probeStartLateness() {
    return probeStartLateness;
  }
}
