package detour.server.probe.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Verifies the other side of one connection as strictly as the Java runtime does, or not at all,
/// says in an operator's words what is wrong, and remembers what was presented.
///
/// The extended type keeps the Java runtime from adding checks of its own.
final class PeerTrust extends X509ExtendedTrustManager {
  private final @Nullable X509ExtendedTrustManager strict;
  private volatile List<X509Certificate> presented = List.of();

  /// @param strict null to accept every certificate: what `tls: { verify: false }` asks for
  PeerTrust(@Nullable X509ExtendedTrustManager strict) {
    this.strict = strict;
  }

  /// The chain as the other side sent it, its own certificate first; empty before it did.
  List<X509Certificate> presented() {
    return presented;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    presented = List.of(chain);
    if (strict == null) {
      return;
    }
    try {
      strict.checkServerTrusted(chain, type, engine);
      // The Java runtime does not look at the dates of a certificate that is itself among the
      // trusted ones; the endpoint's clients do.
      chain[0].checkValidity();
    } catch (CertificateException e) {
      throw new CertificateRefused(
          CertificateText.whyRefused(chain[0], engine.getPeerHost(), e, Instant.now()), e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
    throw new UnsupportedOperationException("probes use engines");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) {
    throw new UnsupportedOperationException("probes use engines");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
    throw new UnsupportedOperationException("probes are clients");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
    throw new UnsupportedOperationException("probes are clients");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) {
    throw new UnsupportedOperationException("probes are clients");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return strict == null ? new X509Certificate[0] : strict.getAcceptedIssuers();
  }

  /// Its message is the whole detail of the failed probe.
  static final class CertificateRefused extends CertificateException {
    private static final long serialVersionUID = 1L;

    CertificateRefused(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
