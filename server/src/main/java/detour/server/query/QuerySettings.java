package detour.server.query;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Whom to ask, and how.
///
/// @param followTruncation ask over TCP again when an answer over UDP is truncated
/// @param recursionDesired the RD bit
/// @param timeout for each try
/// @param tries 1 or more; each again only where nothing came
/// @param edns null for a query without an OPT record
public record QuerySettings(
    Target target,
    Transport transport,
    boolean followTruncation,
    boolean recursionDesired,
    Duration timeout,
    int tries,
    @Nullable EdnsSettings edns,
    Tls tls) {

  /// How messages travel.
  public enum Transport {
    UDP,
    TCP,
    /// RFC 7858.
    TLS
  }

  /// Whom to trust. The certificate is looked at only when one of both is given.
  ///
  /// @param authorities a file of certificates in PEM; null for those that the system trusts
  /// @param name whom the certificate must name; empty for the server as it was written
  public record Tls(@Nullable Path authorities, String name) {
    boolean isChecked() {
      return authorities != null || !name.isEmpty();
    }
  }
}
