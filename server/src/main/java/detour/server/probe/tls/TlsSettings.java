package detour.server.probe.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How a check's TLS connection is verified.
///
/// @param verify whether the certificate must be valid, trusted and made out to the name
/// @param caFile PEM certificates to trust in place of those of the Java runtime; null for those
/// @param serverName what SNI says and the certificate must be for; null for the host
public record TlsSettings(boolean verify, @Nullable Path caFile, @Nullable String serverName) {
  public static final TlsSettings DEFAULT = new TlsSettings(true, null, null);

  /// The name for SNI and the certificate.
  ///
  /// @param host what the check would call the other side
  public String nameOr(String host) {
    return serverName == null ? host : serverName;
  }
}
