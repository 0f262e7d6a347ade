package detour.server.probe.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Verifies as strictly as the Java runtime does, and says in an operator's words what is wrong.
final class ExplainingTrust extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager strict;

  ExplainingTrust(X509ExtendedTrustManager strict) {
    this.strict = strict;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
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
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    strict.checkServerTrusted(chain, type, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    strict.checkServerTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    strict.checkClientTrusted(chain, type, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    strict.checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    strict.checkClientTrusted(chain, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return strict.getAcceptedIssuers();
  }

  /// Its message is the whole detail of the failed probe.
  static final class CertificateRefused extends CertificateException {
    private static final long serialVersionUID = 1L;

    CertificateRefused(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
