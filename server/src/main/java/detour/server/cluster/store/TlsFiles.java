package detour.server.cluster.store;

import detour.server.pem.PemCertificates;
import detour.server.pem.PemIdentity;
import detour.server.pem.PemKey;
import detour.server.pem.PemProblem;
import detour.server.pem.TrustedAuthorities;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.function.Function;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/// The certificates and the key that the settings name, as a context for TLS. Errors tell the file
/// and nothing of a key.
final class TlsFiles {
  private static final char[] IN_MEMORY = new char[0];

  private TlsFiles() {}

  /// A file does not hold what it should.
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    private final String why;

    Unusable(Path file, String why) {
      super(file + ": " + why, null, false, false);
      this.why = file + ": " + why;
    }

    String why() {
      return why;
    }
  }

  /// @throws Unusable when a file cannot be read or does not hold what it should
  static SSLContext context(EtcdSettings settings) throws Unusable {
    Path authorities = settings.caFile();
    TrustManager @Nullable [] trust =
        authorities == null
            ? null
            : new TrustManager[] {read(authorities, TrustedAuthorities::read)};
    PemIdentity identity = identity(settings);
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(identity == null ? null : keyManagers(identity), trust, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("this Java runtime cannot do TLS", e);
    }
  }

  private static @Nullable PemIdentity identity(EtcdSettings settings) throws Unusable {
    Path certificate = settings.certificate();
    Path key = settings.key();
    if (certificate == null || key == null) {
      return null;
    }
    PemIdentity identity =
        new PemIdentity(read(certificate, PemCertificates::read), read(key, PemKey::read));
    if (!identity.isPair()) {
      throw new Unusable(key, "is not the key of " + certificate);
    }
    return identity;
  }

  private static <T> T read(Path file, Function<Path, T> reader) throws Unusable {
    try {
      return reader.apply(file);
    } catch (PemProblem e) {
      throw new Unusable(file, e.finding());
    }
  }

  private static KeyManager[] keyManagers(PemIdentity identity)
      throws GeneralSecurityException, IOException {
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry("own", identity.key(), IN_MEMORY, identity.chain().toArray(Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(own, IN_MEMORY);
    return factory.getKeyManagers();
  }
}
