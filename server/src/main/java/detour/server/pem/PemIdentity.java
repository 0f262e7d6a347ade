package detour.server.pem;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who one side of a TLS connection is: its certificate, those that lead from it to an authority,
/// and its private key.
///
/// @param chain its own certificate first
public record PemIdentity(List<X509Certificate> chain, PrivateKey key) {
  private static final Duration SOON = Duration.ofDays(7);
  private static final int PARTS = 10;

  public PemIdentity {
    chain = List.copyOf(chain);
  }

  /// Its own certificate.
  public X509Certificate certificate() {
    return chain.getFirst();
  }

  /// Whether the key is that of the certificate.
  public boolean isPair() {
    return isPair(certificate().getPublicKey(), key);
  }

  /// Reads both files.
  ///
  /// @throws PemProblem when one cannot be read; it does not name the file
  public static PemIdentity read(Path chain, Path key) {
    return new PemIdentity(PemCertificates.read(chain), PemKey.read(key));
  }

  /// Reads both files, which must belong together.
  ///
  /// @throws IllegalArgumentException when one cannot be read, or the key is another's; its message
  ///   names no file
  public static PemIdentity readPair(Path chain, Path key) {
    PemIdentity identity = read(chain, key);
    if (!identity.isPair()) {
      throw new IllegalArgumentException("the key is not that of the certificate");
    }
    return identity;
  }

  /// What to tell of a certificate that nobody renews: with a week left, or with a tenth of its
  /// time where that is less.
  ///
  /// @param whose for the message, as `the API`
  /// @param file that the certificate came from
  /// @return null while there is more time
  public @Nullable String ending(String whose, Path file, Instant now) {
    Instant end = certificate().getNotAfter().toInstant();
    Duration part =
        Duration.between(certificate().getNotBefore().toInstant(), end).dividedBy(PARTS);
    if (now.isBefore(end.minus(part.compareTo(SOON) < 0 ? part : SOON))) {
      return null;
    }
    return now.isBefore(end)
        ? "%s: the certificate of %s ends at %s: renew it, the files are followed"
            .formatted(whose, file, end)
        : "%s: the certificate of %s ended at %s, so clients refuse it: renew it"
            .formatted(whose, file, end);
  }

  private static boolean isPair(PublicKey publicKey, PrivateKey privateKey) {
    try {
      Signature signature = Signature.getInstance(signatureAlgorithm(publicKey));
      signature.initSign(privateKey);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static String signatureAlgorithm(PublicKey key) {
    return switch (key.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> key.getAlgorithm();
    };
  }
}
