package detour.server.config;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/// Where metrics are pushed to by OTLP over HTTP.
///
/// @param endpoint the whole URL that is posted to
/// @param headers of each request, such as a token's
public record TelemetrySettings(
    URI endpoint, Duration interval, Duration timeout, Map<String, String> headers) {
  public TelemetrySettings {
    headers = Map.copyOf(headers);
  }

  /// Without the headers, which may be secrets.
  @Override
  public String toString() {
    return "OTLP to %s each %s".formatted(endpoint, interval);
  }
}
