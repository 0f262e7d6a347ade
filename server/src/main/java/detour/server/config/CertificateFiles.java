package detour.server.config;

import detour.server.pem.PemIdentity;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A certificate and its key that a configuration names.
final class CertificateFiles {
  private CertificateFiles() {}

  /// What is wrong with them, for the operator; null for nothing.
  static @Nullable String problem(Path certificate, Path key) {
    try {
      return PemIdentity.read(certificate, key).isPair()
          ? null
          : "%s is not the key of %s".formatted(key, certificate);
    } catch (IllegalArgumentException e) {
      return "%s, %s: %s".formatted(certificate, key, Wording.oneLine(e.getMessage()));
    }
  }
}
