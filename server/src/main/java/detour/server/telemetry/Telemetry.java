package detour.server.telemetry;

import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The thread `telemetry`, which pushes all metrics once in an interval. A push that fails is not
/// repeated: the next one has the same counts and more.
public final class Telemetry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);
  private static final int SUCCESSFUL = 2;
  private static final Duration LAST_PUSH = Duration.ofSeconds(1);

  private final CollectorSettings settings;
  private final Supplier<MetricSnapshots> scrape;
  private final Metrics metrics;
  private final InstantSource clock;
  private final OtlpMetrics otlp;
  private final HttpClient http;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private boolean complained;

  /// Starts pushing; the first push is made after one interval.
  public Telemetry(
      CollectorSettings settings,
      Supplier<MetricSnapshots> scrape,
      Metrics metrics,
      InstantSource clock) {
    this.settings = settings;
    this.scrape = scrape;
    this.metrics = metrics;
    this.clock = clock;
    otlp = new OtlpMetrics(settings, clock.instant());
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.timeout())
            .build();
    thread = Thread.ofPlatform().daemon().name("telemetry").start(this::run);
  }

  /// Pushes once more, for at most a second.
  @Override
  public void close() {
    closing.countDown();
    try {
      if (!thread.join(LAST_PUSH)) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.shutdownNow();
  }

  private void run() {
    try {
      boolean last;
      do {
        last = closing.await(settings.interval().toMillis(), TimeUnit.MILLISECONDS);
        push();
      } while (!last);
    } catch (InterruptedException e) {
      LOG.debug("telemetry ends without its last push");
    }
  }

  private void push() throws InterruptedException {
    try {
      HttpResponse<String> response = http.send(request(), HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() / 100 == SUCCESSFUL) {
        metrics.count(Counter.TELEMETRY_PUSHES);
        complained = false;
      } else {
        failed("status " + response.statusCode());
      }
    } catch (IOException e) {
      failed(
          String.valueOf(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
    } catch (RuntimeException e) {
      failed("a mistake of this program: " + e);
    }
  }

  private HttpRequest request() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (GZIPOutputStream packed = new GZIPOutputStream(body)) {
      otlp.write(packed, scrape.get(), clock.instant());
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(settings.endpoint())
            .timeout(settings.timeout())
            .header("Content-Type", "application/json")
            .header("Content-Encoding", "gzip")
            .header("User-Agent", "detour/" + settings.version());
    settings.headers().forEach(request::header);
    return request.POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())).build();
  }

  private void failed(String why) {
    metrics.count(Counter.TELEMETRY_FAILURES);
    if (!complained) {
      complained = true;
      LOG.warn("metrics to {}: {}; they are pushed again later", settings.endpoint(), why);
    }
  }
}
