package detour.systemtest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.xbill.DNS.Message;

/// A connection to a server that speaks DNS over TLS, which stays open between its queries.
final class TlsClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final SSLSocket socket;

  /// Connects to 127.0.0.1.
  ///
  /// @param authority in PEM: who must have signed the server's certificate
  /// @param versions as `TLSv1.2`: what it speaks; what the JDK does by default where none is given
  TlsClient(int port, Path authority, String... versions) {
    try {
      socket = (SSLSocket) trusting(authority).getSocketFactory().createSocket("127.0.0.1", port);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      if (versions.length > 0) {
        socket.setEnabledProtocols(versions);
      }
      socket.startHandshake();
    } catch (IOException e) {
      throw new UncheckedIOException("TLS to port " + port, e);
    }
  }

  private static SSLContext trusting(Path authority) throws IOException {
    try (InputStream pem = Files.newInputStream(authority)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry(
          "authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The subject of the certificate that the server showed: `CN=...`.
  String shown() {
    try {
      X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return certificate.getSubjectX500Principal().getName();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Begins another handshake, as TLS up to 1.2 allows; the server's part in it is read with the
  /// next answer.
  void renegotiate() {
    try {
      socket.startHandshake();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The A records of a name.
  List<String> addresses(String name) {
    byte[] query = DnsClient.query(name, 1).toWire();
    try {
      socket.getOutputStream().write(Frames.of(query));
      return DnsClient.addresses(new Message(Frames.read(socket.getInputStream())));
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
