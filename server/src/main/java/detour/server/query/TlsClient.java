package detour.server.query;

import detour.server.pem.PemProblem;
import detour.server.pem.TrustedAuthorities;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// The client's side of TLS: either the certificate is checked against whom it should name (the
/// strict profile of RFC 8310), or nothing is (the opportunistic one).
final class TlsClient {
  private final SSLContext context;
  private final boolean checked;
  private final String name;

  private TlsClient(SSLContext context, boolean checked, String name) {
    this.context = context;
    this.checked = checked;
    this.name = name;
  }

  /// @throws IllegalArgumentException when the file of authorities will not do
  static TlsClient of(QuerySettings.Tls settings) {
    TrustManager trust = settings.isChecked() ? authorities(settings.authorities()) : new Anybody();
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {trust}, null);
      return new TlsClient(context, settings.isChecked(), settings.name());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }

  boolean isChecked() {
    return checked;
  }

  /// Shakes hands over a connection that is there.
  SSLSocket over(Socket plain, Target target) throws IOException {
    String wanted = name.isEmpty() ? target.host() : name;
    SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(plain, wanted, target.address().getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    if (checked) {
      // The rules for names and addresses in certificates are those of RFC 2818 for all protocols.
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    if (wanted.matches("[A-Za-z0-9_.-]*[A-Za-z_-][A-Za-z0-9_.-]*[A-Za-z0-9_-]")) {
      parameters.setServerNames(List.of(new SNIHostName(wanted)));
    }
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  /// Version, cipher and certificate, for people.
  static String describe(SSLSocket socket, boolean checked) {
    String certificate;
    try {
      certificate =
          socket.getSession().getPeerCertificates()[0] instanceof X509Certificate x509
              ? x509.getSubjectX500Principal().getName()
              : "of an unknown kind";
    } catch (SSLPeerUnverifiedException e) {
      certificate = "none";
    }
    return "%s, %s, certificate %s, %s"
        .formatted(
            socket.getSession().getProtocol().replace("TLSv", "TLS "),
            socket.getSession().getCipherSuite(),
            certificate.isEmpty() ? "without a subject" : certificate,
            checked ? "checked" : "not checked");
  }

  /// The innermost cause has the sentence that helps.
  static String reason(SSLException e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = String.valueOf(cause.getMessage());
    return switch (message) {
      case "Unsupported or unrecognized SSL message" -> "the server does not speak TLS there";
      case "unable to find valid certification path to requested target" ->
          "the certificate is from no trusted authority";
      default -> message;
    };
  }

  private static TrustManager authorities(@Nullable Path file) {
    try {
      return TrustedAuthorities.read(file);
    } catch (PemProblem e) {
      throw new IllegalArgumentException(file + ": " + reading(e), e);
    }
  }

  private static String reading(PemProblem problem) {
    return switch (problem.getCause()) {
      case NoSuchFileException _ -> "there is no such file";
      case IOException _ -> problem.finding();
      case null, default -> "expected certificates in PEM form";
    };
  }

  /// Trusts everybody: whoever asks this way wants to see the answer, not to rely on it.
  private static final class Anybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
