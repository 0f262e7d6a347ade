package detour.server.telemetry;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/// Whom metrics are pushed to.
///
/// @param endpoint all of the URL that is posted to
/// @param headers of each request
/// @param node told as `service.instance.id`
/// @param version of the software
public record CollectorSettings(
    URI endpoint,
    Duration interval,
    Duration timeout,
    Map<String, String> headers,
    String node,
    String version) {
  public CollectorSettings {
    headers = Map.copyOf(headers);
  }
}
