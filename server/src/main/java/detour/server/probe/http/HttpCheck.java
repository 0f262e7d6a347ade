package detour.server.probe.http;

import detour.failover.model.CheckSettings;
import detour.server.options.Option;
import detour.server.options.Values;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeRun;
import detour.server.probe.http.HttpSettings.StatusRange;
import detour.server.probe.tls.TlsSettings;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Passes when an HTTP request is answered as expected; as `https`, over TLS with a verified
/// certificate.
public final class HttpCheck implements ProbeKind {
  /// HTTP as it is.
  public static final HttpCheck HTTP = new HttpCheck(false);

  /// HTTP over TLS.
  public static final HttpCheck HTTPS = new HttpCheck(true);

  private final boolean secure;
  private final HttpOptions keys;

  private HttpCheck(boolean secure) {
    this.secure = secure;
    this.keys = new HttpOptions(secure);
  }

  @Override
  public String name() {
    return secure ? "https" : "http";
  }

  @Override
  public String doc() {
    return secure
        ? "Passes when an HTTP request over TLS is answered as expected and the certificate is"
            + " good."
        : "Passes when an HTTP request is answered as expected.";
  }

  @Override
  public List<Option<?>> options() {
    return keys.all();
  }

  @Override
  public CheckSettings settings(Values values) {
    return keys.settings(values);
  }

  /// A plain `GET` that expects 200, as the configuration makes it when only the path is given.
  ///
  /// @param host null for the endpoint's own name or address
  public HttpSettings get(int port, String path, @Nullable String host) {
    return new HttpSettings(
        port,
        path,
        host,
        "GET",
        Map.of(),
        List.of(StatusRange.OK),
        null,
        secure ? TlsSettings.DEFAULT : null);
  }

  @Override
  public OptionalInt portToHold(CheckSettings settings) {
    return OptionalInt.of(((HttpSettings) settings).port());
  }

  @Override
  public void start(CheckSettings settings, ProbeRun run) {
    HttpProbe.start((HttpSettings) settings, run);
  }
}
