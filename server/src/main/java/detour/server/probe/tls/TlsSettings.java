package detour.server.probe.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How a check's TLS connection is made and verified.
///
/// @param verify whether the certificate must be valid, trusted and made out to the name
/// @param caFile PEM certificates to trust in place of those of the Java runtime; null for those
/// @param serverName what SNI says and the certificate must be for; null for the host
/// @param client what the check shows of itself where it is asked to; null for nothing
/// @param least the lowest version that will do
/// @param expiry when the certificate's end is near
public record TlsSettings(
    boolean verify,
    @Nullable Path caFile,
    @Nullable String serverName,
    @Nullable ClientCertificate client,
    TlsVersion least,
    ExpiryLimits expiry) {
  public static final TlsSettings DEFAULT = new TlsSettings(true, null, null);

  /// Without a certificate of its own, and with any version and any time to expiry.
  public TlsSettings(boolean verify, @Nullable Path caFile, @Nullable String serverName) {
    this(verify, caFile, serverName, null, TlsVersion.TLS_1_2, ExpiryLimits.NONE);
  }

  /// The name for SNI and the certificate.
  ///
  /// @param host what the check would call the other side
  public String nameOr(String host) {
    return serverName == null ? host : serverName;
  }

  /// The same for somebody else: another name, to whom this check's own certificate is not shown.
  public TlsSettings forOthers() {
    return new TlsSettings(verify, caFile, null, null, least, expiry);
  }
}
