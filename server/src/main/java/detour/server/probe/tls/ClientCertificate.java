package detour.server.probe.tls;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;

/// The certificate that a check shows of itself, and the key to it.
///
/// @param chain a file of PEM certificates, the check's own first
/// @param key a file with its private key, as unencrypted PKCS #8 in PEM
public record ClientCertificate(Path chain, Path key) {

  /// What the two files hold.
  record Content(List<X509Certificate> chain, PrivateKey key) {}

  /// Reads both files.
  ///
  /// @throws IllegalArgumentException when one cannot be read or they do not belong together
  Content read() {
    List<X509Certificate> certificates =
        TrustStores.certificates(chain).stream().map(X509Certificate.class::cast).toList();
    PrivateKey privateKey = PemKey.read(key);
    if (!isPair(certificates.getFirst().getPublicKey(), privateKey)) {
      throw new IllegalArgumentException("client_key is not the key of client_cert");
    }
    return new Content(certificates, privateKey);
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
