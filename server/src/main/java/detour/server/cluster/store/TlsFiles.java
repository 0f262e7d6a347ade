package detour.server.cluster.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// The certificates and the key that the settings name, as a context for TLS. Errors tell the file
/// and nothing of a key.
final class TlsFiles {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----([^-]*)-----END");
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");
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
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(identity(settings), trust(settings.caFile()), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("this Java runtime cannot do TLS", e);
    }
  }

  private static TrustManager @Nullable [] trust(@Nullable Path caFile)
      throws Unusable, GeneralSecurityException, IOException {
    if (caFile == null) {
      return null;
    }
    KeyStore authorities = emptyStore();
    int index = 0;
    for (Certificate certificate : certificates(caFile)) {
      authorities.setCertificateEntry("ca" + index++, certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(authorities);
    return factory.getTrustManagers();
  }

  private static KeyManager @Nullable [] identity(EtcdSettings settings)
      throws Unusable, GeneralSecurityException, IOException {
    if (settings.certificate() == null || settings.key() == null) {
      return null;
    }
    Certificate[] chain = certificates(settings.certificate()).toArray(new Certificate[0]);
    PrivateKey key = privateKey(settings.key());
    if (!isPair(chain[0].getPublicKey(), key)) {
      throw new Unusable(settings.key(), "is not the key of " + settings.certificate());
    }
    KeyStore own = emptyStore();
    own.setKeyEntry("own", key, IN_MEMORY, chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(own, IN_MEMORY);
    return factory.getKeyManagers();
  }

  private static Collection<? extends Certificate> certificates(Path file) throws Unusable {
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (certificates.isEmpty()) {
        throw new Unusable(file, "holds no PEM certificate");
      }
      return certificates;
    } catch (IOException e) {
      throw new Unusable(file, "cannot be read (" + e.getMessage() + ")");
    } catch (GeneralSecurityException e) {
      throw new Unusable(file, "holds no good PEM certificates");
    }
  }

  /// RFC 7468 section 10: a private key as PKCS #8.
  private static PrivateKey privateKey(Path file) throws Unusable {
    Matcher block;
    try {
      block = KEY.matcher(Files.readString(file));
    } catch (IOException e) {
      throw new Unusable(file, "cannot be read (" + e.getMessage() + ")");
    }
    if (!block.find()) {
      throw new Unusable(file, "holds no PEM private key");
    }
    if (!block.group(1).equals("PRIVATE KEY")) {
      throw new Unusable(
          file,
          "holds an '%s', not a 'PRIVATE KEY': convert it by 'openssl pkcs8 -topk8 -nodes'"
              .formatted(block.group(1)));
    }
    for (String algorithm : ALGORITHMS) {
      try {
        byte[] octets = Base64.getMimeDecoder().decode(block.group(2));
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(octets));
      } catch (InvalidKeySpecException e) {
        // A key for another algorithm: PKCS #8 says which, but the Java runtime wants to be told.
      } catch (GeneralSecurityException | IllegalArgumentException e) {
        break;
      }
    }
    throw new Unusable(file, "holds no good private key for any of " + ALGORITHMS);
  }

  private static boolean isPair(PublicKey publicKey, PrivateKey privateKey) {
    String algorithm =
        switch (publicKey.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> publicKey.getAlgorithm();
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(privateKey);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
