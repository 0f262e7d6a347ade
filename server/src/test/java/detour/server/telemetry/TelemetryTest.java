package detour.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.util.JsonFormat;
import com.sun.net.httpserver.HttpServer;
import detour.server.metrics.Counter;
import detour.server.metrics.Exposition;
import detour.server.metrics.Metrics;
import detour.server.metrics.Sample;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Metrics as a collector receives them.
class TelemetryTest {
  private static final Duration PATIENT = Duration.ofSeconds(10);

  private final Metrics metrics = new Metrics();
  private final Exposition exposition = new Exposition(metrics);
  private final List<String> received = new CopyOnWriteArrayList<>();
  private volatile int status = 200;
  private HttpServer collector;

  @BeforeEach
  void startCollector() throws IOException {
    collector = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    collector.createContext(
        "/v1/metrics",
        exchange -> {
          assertThat(exchange.getRequestHeaders().getFirst("Authorization")).isEqualTo("Bearer x");
          try (var body = new GZIPInputStream(exchange.getRequestBody())) {
            received.add(new String(body.readAllBytes(), StandardCharsets.UTF_8));
          }
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    collector.start();
  }

  @AfterEach
  void stopCollector() {
    collector.stop(0);
  }

  private Telemetry pushing(Duration interval) {
    URI endpoint =
        URI.create("http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/metrics");
    return new Telemetry(
        new CollectorSettings(
            endpoint,
            interval,
            Duration.ofSeconds(5),
            Map.of("Authorization", "Bearer x"),
            "ams1",
            "0.1.0"),
        exposition::snapshots,
        metrics,
        InstantSource.system());
  }

  @Test
  void shouldPushCountersGaugesAndHistograms() {
    metrics.add(Counter.PROBES_STARTED, 7);
    metrics.probed("http", true, 30_000_000);
    metrics.probed("http", true, 40_000_000_000L);
    exposition.gauge(
        "detour_opinions", "Opinions.", List.of("state"), () -> List.of(Sample.of(3, "UP")));

    pushing(Duration.ofHours(1)).close();

    await().atMost(PATIENT).until(() -> !received.isEmpty());
    JsonNode resource = document().at("/resourceMetrics/0/resource/attributes");
    assertThat(resource.toString()).contains("service.name", "detour", "ams1", "0.1.0");
    JsonNode counter = metric("detour_probes_started");
    assertThat(counter.at("/sum/aggregationTemporality").asInt()).isEqualTo(2);
    assertThat(counter.at("/sum/isMonotonic").asBoolean()).isTrue();
    assertThat(counter.at("/sum/dataPoints/0/asDouble").asDouble()).isEqualTo(7);
    assertThat(counter.at("/sum/dataPoints/0/timeUnixNano").asString()).matches("\\d{19}");
    JsonNode gauge = metric("detour_opinions");
    assertThat(gauge.at("/gauge/dataPoints/0/asDouble").asDouble()).isEqualTo(3);
    assertThat(gauge.at("/gauge/dataPoints/0/attributes/0/value/stringValue").asString())
        .isEqualTo("UP");
    JsonNode histogram = metric("detour_probe_duration_seconds");
    JsonNode point = histogram.at("/histogram/dataPoints/0");
    assertThat(histogram.get("unit").asString()).isEqualTo("s");
    assertThat(point.get("count").asString()).isEqualTo("2");
    assertThat(point.get("bucketCounts").size()).isEqualTo(point.get("explicitBounds").size() + 1);
    assertThat(point.at("/bucketCounts/5").asString()).isEqualTo("1");
    assertThat(point.at("/bucketCounts/13").asString()).isEqualTo("1");
  }

  @Test
  void shouldCountWhatTheCollectorRefusesAndGoOn() {
    status = 503;
    try (Telemetry _ = pushing(Duration.ofMillis(20))) {
      await().atMost(PATIENT).until(() -> metrics.value(Counter.TELEMETRY_FAILURES) > 1);
      status = 200;
      await().atMost(PATIENT).until(() -> metrics.value(Counter.TELEMETRY_PUSHES) > 1);
    }
  }

  /// A collector of the specification's own schema refuses fields that it does not know, and values
  /// of another type.
  @Test
  void shouldSendWhatTheProtocolsOwnSchemaUnderstands() throws Exception {
    metrics.add(Counter.PROBES_STARTED, 7);
    metrics.probed("http", true, 30_000_000);
    exposition.gauge("detour_up", "Up.", List.of("state"), () -> List.of(Sample.of(3, "UP")));

    pushing(Duration.ofHours(1)).close();

    await().atMost(PATIENT).until(() -> !received.isEmpty());
    ExportMetricsServiceRequest.Builder request = ExportMetricsServiceRequest.newBuilder();
    JsonFormat.parser().merge(received.getFirst(), request);
    List<Metric> all = request.getResourceMetrics(0).getScopeMetrics(0).getMetricsList();
    assertThat(all)
        .extracting(Metric::getDataCase)
        .contains(Metric.DataCase.SUM, Metric.DataCase.GAUGE, Metric.DataCase.HISTOGRAM);
    assertThat(all)
        .filteredOn(metric -> metric.getName().equals("detour_probes_started"))
        .singleElement()
        .satisfies(metric -> {
          assertThat(metric.getSum().getAggregationTemporality())
              .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
          assertThat(metric.getSum().getDataPoints(0).getAsDouble()).isEqualTo(7);
        });
    assertThat(all)
        .filteredOn(metric -> metric.getName().equals("detour_probe_duration_seconds"))
        .singleElement()
        .satisfies(metric -> {
          HistogramDataPoint point = metric.getHistogram().getDataPoints(0);
          assertThat(point.getCount())
              .isEqualTo(point.getBucketCountsList().stream().mapToLong(Long::longValue).sum());
        });
  }

  private JsonNode document() {
    return JsonMapper.shared().readTree(received.getFirst());
  }

  private JsonNode metric(String name) {
    JsonNode all = document().at("/resourceMetrics/0/scopeMetrics/0/metrics");
    return StreamSupport.stream(all.spliterator(), false)
        .filter(metric -> metric.get("name").asString().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
