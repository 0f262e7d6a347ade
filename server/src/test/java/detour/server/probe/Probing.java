package detour.server.probe;

import detour.failover.model.Check;
import detour.failover.model.CheckSettings;
import detour.failover.model.Destination;
import detour.failover.model.Thresholds;
import detour.server.probe.http.Expectation;
import detour.server.probe.http.HttpSettings;
import detour.server.probe.http.RequestSettings;
import detour.server.probe.kinds.ProbeKinds;
import detour.server.probe.tls.TlsSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Short ways to declare and run checks in tests.
public final class Probing {
  /// Long enough for what is expected to answer, on a busy machine too.
  public static final Duration PATIENT = Duration.ofSeconds(20);

  /// For what is expected to time out.
  public static final Duration BRIEF = Duration.ofMillis(300);

  private Probing() {}

  public static ProbeResult run(
      String kind, CheckSettings settings, String address, Duration timeout)
      throws InterruptedException {
    return CheckRun.once(
        ProbeKinds.named(kind), check(kind, settings, timeout), destination(address));
  }

  public static Check check(String kind, CheckSettings settings, Duration timeout) {
    return new Check(
        kind, settings, Duration.ofSeconds(5), Duration.ofMillis(500), timeout, Thresholds.DEFAULT);
  }

  public static Destination destination(String address) {
    try {
      return new Destination.Address(InetAddress.getByName(address));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  public static HttpSettings http(int port) {
    return expecting(port, null, "200");
  }

  public static HttpSettings expecting(int port, @Nullable String body, String... statuses) {
    return new HttpSettings(
        port,
        "/healthz",
        null,
        "GET",
        Map.of(),
        List.of(statuses).stream().map(HttpSettings.StatusRange::of).toList(),
        body,
        null);
  }

  public static HttpSettings expecting(int port, Expectation expected) {
    return asking(port, "GET", "/healthz", "", expected, 0);
  }

  public static HttpSettings asking(
      int port, String method, String path, String body, Expectation expected, int redirects) {
    return new HttpSettings(
        port,
        HttpSettings.Version.HTTP_1_1,
        new RequestSettings(method, path, null, Map.of(), body),
        expected,
        64 * 1024,
        redirects,
        null);
  }

  /// The same over HTTP/2, with TLS or without.
  public static HttpSettings http2(HttpSettings settings, @Nullable TlsSettings tls) {
    return new HttpSettings(
        settings.port(),
        HttpSettings.Version.HTTP_2,
        settings.request(),
        settings.expected(),
        settings.bodyBytesMax(),
        settings.redirectsMax(),
        tls);
  }

  public static HttpSettings withTls(HttpSettings settings, TlsSettings tls) {
    return new HttpSettings(
        settings.port(),
        settings.version(),
        settings.request(),
        settings.expected(),
        settings.bodyBytesMax(),
        settings.redirectsMax(),
        tls);
  }
}
