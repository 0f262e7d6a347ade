package detour.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.server.access.Failures;
import detour.server.access.Role;
import detour.server.metrics.Counter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A server that grants two requests a second.
class CallerRatesTest {
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final HttpClient http = HttpClient.newHttpClient();
  private FakeServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        new FakeServer(
            new ApiAccess(null, Role.CONFIGURE, new Failures(System::nanoTime), 2), null);
  }

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  @Test
  void shouldRefuseWhoAsksTooFastAndSayWhenToComeBack() throws Exception {
    HttpResponse<String> refused = untilRefused();

    assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(refused.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(refused.body())
        .contains("more than 2 requests a second from 127.0.0.1", "listen.api.rate_limit");
    assertThat(server.metrics.value(Counter.API_REQUESTS_LIMITED)).isEqualTo(1);
  }

  @Test
  void shouldLetThemComeBack() throws Exception {
    untilRefused();

    await()
        .pollInterval(Duration.ofMillis(600))
        .untilAsserted(() -> assertThat(get("/api/v1/status").statusCode()).isEqualTo(200));
  }

  @Test
  void shouldNeverRefuseTheProbesOfLoadBalancers() throws Exception {
    untilRefused();

    for (int i = 0; i < 20; i++) {
      assertThat(get("/healthz").statusCode()).isEqualTo(200);
      assertThat(get("/readyz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void shouldChangeNothingForWhoIsRefused() throws Exception {
    untilRefused();

    HttpResponse<String> refused =
        http.send(
            HttpRequest.newBuilder(URI.create(server.url() + "/api/v1/reload"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());

    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(server.commands).isEmpty();
  }

  @Test
  void shouldGrantTheRateToWhoNeverSlowsDown() {
    long begin = Long.MAX_VALUE - SECOND_NANOS;
    CallerRates.Bucket bucket = new CallerRates.Bucket(100, begin);
    int granted = 0;
    for (int millisecond = 0; millisecond < 10_000; millisecond++) {
      granted += bucket.onRequest(begin + millisecond * 1_000_000L) ? 1 : 0;
    }

    assertThat(granted).isEqualTo(200 + 999);
  }

  private HttpResponse<String> untilRefused() throws Exception {
    for (int i = 0; i < 100; i++) {
      HttpResponse<String> response = get("/api/v1/status");
      if (response.statusCode() == 429) {
        assertThat(i).as("answered at once").isGreaterThanOrEqualTo(4);
        return response;
      }
      assertThat(response.statusCode()).isEqualTo(200);
    }
    throw new AssertionError("100 requests in a row were answered");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(server.url() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
