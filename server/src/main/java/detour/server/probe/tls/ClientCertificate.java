package detour.server.probe.tls;

import detour.server.pem.PemIdentity;
import java.nio.file.Path;

/// The certificate that a check shows of itself, and the key to it.
///
/// @param chain a file of PEM certificates, the check's own first
/// @param key a file with its private key, as unencrypted PKCS #8 in PEM
public record ClientCertificate(Path chain, Path key) {

  /// Reads both files.
  ///
  /// @throws IllegalArgumentException when one cannot be read or they do not belong together
  PemIdentity read() {
    PemIdentity identity = PemIdentity.read(chain, key);
    if (!identity.isPair()) {
      throw new IllegalArgumentException("client_key is not the key of client_cert");
    }
    return identity;
  }
}
