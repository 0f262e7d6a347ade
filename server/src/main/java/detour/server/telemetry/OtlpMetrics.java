package detour.server.telemetry;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/// Metrics as an `ExportMetricsServiceRequest` of OTLP in its JSON encoding: field names in camel
/// case, enumerations as numbers, 64-bit integers as text.
///
/// Names stay those of the Prometheus exposition without `_total`, which is how the OpenTelemetry
/// specification for Prometheus translates them, so that one dashboard fits both ways.
final class OtlpMetrics {
  private static final int CUMULATIVE = 2;
  private static final String INFO = "_info";
  private static final JsonMapper JSON = JsonMapper.shared();

  private final CollectorSettings settings;
  private final String startNanos;

  /// @param startedAt since when everything is counted
  OtlpMetrics(CollectorSettings settings, Instant startedAt) {
    this.settings = settings;
    startNanos = nanos(startedAt);
  }

  void write(OutputStream out, MetricSnapshots metrics, Instant now) {
    String time = nanos(now);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeArrayPropertyStart("resourceMetrics");
      json.writeStartObject();
      json.writeObjectPropertyStart("resource");
      resource(json);
      json.writeEndObject();
      json.writeArrayPropertyStart("scopeMetrics");
      json.writeStartObject();
      json.writeObjectPropertyStart("scope");
      json.writeStringProperty("name", "detour");
      json.writeStringProperty("version", settings.version());
      json.writeEndObject();
      json.writeArrayPropertyStart("metrics");
      for (MetricSnapshot metric : metrics) {
        metric(json, metric, time);
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeEndArray();
      json.writeEndObject();
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private void resource(JsonGenerator json) {
    json.writeArrayPropertyStart("attributes");
    attribute(json, "service.name", "detour");
    attribute(json, "service.instance.id", settings.node());
    attribute(json, "service.version", settings.version());
    json.writeEndArray();
  }

  private void metric(JsonGenerator json, MetricSnapshot metric, String time) {
    switch (metric) {
      case CounterSnapshot counter -> {
        begin(json, metric, "", "sum");
        json.writeNumberProperty("aggregationTemporality", CUMULATIVE);
        json.writeBooleanProperty("isMonotonic", true);
        points(
            json,
            counter.getDataPoints(),
            time,
            (point, to) -> to.writeNumberProperty("asDouble", point.getValue()));
        end(json);
      }
      case GaugeSnapshot gauge -> {
        begin(json, metric, "", "gauge");
        points(
            json,
            gauge.getDataPoints(),
            time,
            (point, to) -> to.writeNumberProperty("asDouble", point.getValue()));
        end(json);
      }
      case InfoSnapshot info -> {
        begin(json, metric, metric.getMetadata().getName().endsWith(INFO) ? "" : INFO, "gauge");
        points(
            json, info.getDataPoints(), time, (_, to) -> to.writeNumberProperty("asDouble", 1.0));
        end(json);
      }
      case HistogramSnapshot histogram -> {
        begin(json, metric, "", "histogram");
        json.writeNumberProperty("aggregationTemporality", CUMULATIVE);
        points(json, histogram.getDataPoints(), time, OtlpMetrics::buckets);
        end(json);
      }
      case SummarySnapshot summary -> {
        begin(json, metric, "", "summary");
        points(
            json,
            summary.getDataPoints(),
            time,
            (point, to) -> {
              to.writeStringProperty("count", Long.toString(point.getCount()));
              to.writeNumberProperty("sum", point.getSum());
            });
        end(json);
      }
      default -> {} // no other kind is registered
    }
  }

  private static void begin(JsonGenerator json, MetricSnapshot metric, String suffix, String kind) {
    json.writeStartObject();
    json.writeStringProperty("name", metric.getMetadata().getName() + suffix);
    String help = metric.getMetadata().getHelp();
    if (help != null) {
      json.writeStringProperty("description", help);
    }
    json.writeStringProperty("unit", unit(metric.getMetadata().getName()));
    json.writeObjectPropertyStart(kind);
  }

  private static void end(JsonGenerator json) {
    json.writeEndObject();
    json.writeEndObject();
  }

  /// UCUM's codes for the units that names end in.
  private static String unit(String name) {
    if (name.endsWith("_seconds")) {
      return "s";
    }
    return name.endsWith("_bytes") ? "By" : "1";
  }

  private <P extends DataPointSnapshot> void points(
      JsonGenerator json, List<P> points, String time, BiConsumer<P, JsonGenerator> value) {
    json.writeArrayPropertyStart("dataPoints");
    for (P point : points) {
      json.writeStartObject();
      labels(json, point.getLabels());
      json.writeStringProperty("startTimeUnixNano", startNanos);
      json.writeStringProperty("timeUnixNano", time);
      value.accept(point, json);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void labels(JsonGenerator json, Labels labels) {
    json.writeArrayPropertyStart("attributes");
    for (Label label : labels) {
      attribute(json, label.getName(), label.getValue());
    }
    json.writeEndArray();
  }

  /// Both sides count each bucket by itself; the last bound, infinity, is not told.
  private static void buckets(
      HistogramSnapshot.HistogramDataPointSnapshot point, JsonGenerator json) {
    ClassicHistogramBuckets buckets = point.getClassicBuckets();
    json.writeStringProperty("count", Long.toString(point.getCount()));
    json.writeNumberProperty("sum", point.getSum());
    json.writeArrayPropertyStart("bucketCounts");
    for (int i = 0; i < buckets.size(); i++) {
      json.writeString(Long.toString(buckets.getCount(i)));
    }
    json.writeEndArray();
    json.writeArrayPropertyStart("explicitBounds");
    for (int i = 0; i < buckets.size() - 1; i++) {
      json.writeNumber(buckets.getUpperBound(i));
    }
    json.writeEndArray();
  }

  private static void attribute(JsonGenerator json, String key, String value) {
    json.writeStartObject();
    json.writeStringProperty("key", key);
    json.writeObjectPropertyStart("value");
    json.writeStringProperty("stringValue", value);
    json.writeEndObject();
    json.writeEndObject();
  }

  private static String nanos(Instant instant) {
    return instant.getEpochSecond() + "%09d".formatted(instant.getNano());
  }
}
