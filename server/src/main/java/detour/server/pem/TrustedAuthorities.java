package detour.server.pem;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Those whose certificates a client of TLS believes.
public final class TrustedAuthorities {
  private TrustedAuthorities() {}

  /// @param file the authorities' certificates in PEM; null for those of the Java runtime, whose
  ///   reading takes a tenth of a second
  /// @throws PemProblem when the file will not do
  public static X509ExtendedTrustManager read(@Nullable Path file) {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(file == null ? null : keyStore(file));
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager verifier) {
          return verifier;
        }
      }
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("this Java runtime cannot verify certificates", e);
    }
    throw new IllegalStateException("this Java runtime has no verifier of X.509 certificates");
  }

  private static KeyStore keyStore(Path file) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int index = 0;
    for (X509Certificate certificate : PemCertificates.read(file)) {
      store.setCertificateEntry("authority" + index++, certificate);
    }
    return store;
  }
}
