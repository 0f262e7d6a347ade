package detour.server.metrics;

import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a scrape of `/metrics` answers: every [Counter], the probes, the JVM's own figures, and
/// what others register. Any thread.
public final class Exposition {
  private static final Pattern NAME = Pattern.compile("detour(_[a-z0-9]+)+");
  private static final Pattern LABEL = Pattern.compile("[a-z][a-z0-9_]*");
  private static final List<String> LIBRARY_SUFFIXES =
      List.of("_total", "_count", "_sum", "_bucket", "_info", "_created");

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ExpositionFormats formats = ExpositionFormats.init();

  public Exposition(Metrics metrics) {
    for (Counter counter : Counter.values()) {
      counter(
          counter.metricName(),
          counter.help(),
          List.of(),
          () -> List.of(Sample.of((double) metrics.value(counter))));
    }
    counter(
        "detour_probes",
        "Probes that ended, by kind of check and result.",
        List.of("kind", "result"),
        metrics::probes);
    gauge(
        "detour_tripwires_held",
        "Idle connections held to endpoints that are up.",
        List.of(),
        () -> List.of(Sample.of((double) metrics.tripwiresHeld())));
    registry.register(metrics.probeDuration());
    registry.register(metrics.probeStartLateness());
    JvmMetrics.builder().register(registry);
  }

  /// Tells which node this is, and which version of the program.
  public void build(String node, String version) {
    Info.builder()
        .name("detour_build_info")
        .help("Which node this is, and which version it runs.")
        .labelNames("node", "version")
        .register(registry)
        .setLabelValues(node, version);
  }

  /// Registers a counter whose values are asked at each scrape.
  ///
  /// @param name `detour_...` in snake case, with its unit where it has one (`_seconds`, `_bytes`),
  ///   without the `_total` suffix
  /// @param samples must answer quickly, never throw, and keep the number of label values bounded
  /// @throws IllegalArgumentException when the name is taken or against the conventions
  public void counter(
      String name, String help, List<String> labelNames, Supplier<List<Sample>> samples) {
    register(new SuppliedMetric(MetricType.COUNTER, name, help, labelNames, samples));
  }

  /// Registers a gauge whose values are asked at each scrape; otherwise as [#counter].
  public void gauge(
      String name, String help, List<String> labelNames, Supplier<List<Sample>> samples) {
    register(new SuppliedMetric(MetricType.GAUGE, name, help, labelNames, samples));
  }

  /// The Content-Type of what [#write] writes for the same header.
  ///
  /// @param acceptHeader of the request; null for the classic text format
  public String contentType(@Nullable String acceptHeader) {
    return writer(acceptHeader).getContentType();
  }

  /// Writes all metrics in the format that the header asks for.
  public void write(OutputStream out, @Nullable String acceptHeader) throws IOException {
    writer(acceptHeader).write(out, registry.scrape());
  }

  /// All metrics as they are now.
  public MetricSnapshots snapshots() {
    return registry.scrape();
  }

  /// The two text formats; the binary one would need a library that is not here.
  private ExpositionFormatWriter writer(@Nullable String acceptHeader) {
    ExpositionFormatWriter openMetrics = formats.getOpenMetricsTextFormatWriter();
    return acceptHeader != null && openMetrics.accepts(acceptHeader)
        ? openMetrics
        : formats.getPrometheusTextFormatWriter();
  }

  private void register(SuppliedMetric metric) {
    String name = metric.name();
    if (!NAME.matcher(name).matches() || LIBRARY_SUFFIXES.stream().anyMatch(name::endsWith)) {
      throw new IllegalArgumentException(
          "metric name %s: expected detour_..., in snake case, without a suffix such as _total"
              .formatted(name));
    }
    if (!metric.help().endsWith(".")) {
      throw new IllegalArgumentException("the help of " + name + " is to be a sentence");
    }
    for (String label : metric.labelNames()) {
      if (!LABEL.matcher(label).matches()) {
        throw new IllegalArgumentException("label %s of %s: not snake case".formatted(label, name));
      }
    }
    registry.register(metric);
  }
}
