package detour.server.pem;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;

/// Who one side of a TLS connection is: its certificate, those that lead from it to an authority,
/// and its private key.
///
/// @param chain its own certificate first
public record PemIdentity(List<X509Certificate> chain, PrivateKey key) {
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
