package detour.server.probe.prometheus;

import detour.failover.model.CheckSettings;
import detour.server.probe.text.Fingerprint;
import detour.server.probe.tls.TlsSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which Prometheus a check asks, what, and what it expects.
///
/// @param url its base address
/// @param query PromQL, with `{address}` and `{destination}` still in it
/// @param expectation what every value must be; null when any value will do
/// @param tokenFile null when no token is sent
/// @param tls how an `https` address is verified
record PrometheusSettings(
    URI url,
    String query,
    @Nullable Expectation expectation,
    Map<String, String> headers,
    @Nullable Path tokenFile,
    TlsSettings tls)
    implements CheckSettings {

  PrometheusSettings {
    // Sorted, because the text of equal settings must be equal, across restarts too.
    SortedMap<String, String> sorted = new TreeMap<>(headers);
    headers = Collections.unmodifiableSortedMap(sorted);
  }

  boolean secure() {
    return url.getScheme().equals("https");
  }

  int port() {
    return url.getPort() > 0 ? url.getPort() : secure() ? 443 : 80;
  }

  /// The host without the brackets of an IPv6 address.
  String host() {
    String host = url.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  @Override
  public String summary() {
    return query + (expectation == null ? "" : " " + expectation);
  }

  /// Equal for equal settings. It is written to logs and to disk, so the headers, which may be
  /// secrets, appear as a digest.
  @Override
  public String toString() {
    return "PrometheusSettings[url=%s, query=%s, expectation=%s, headers=%s, tokenFile=%s, tls=%s]"
        .formatted(url, query, expectation, Fingerprint.of(headers.toString()), tokenFile, tls);
  }
}
