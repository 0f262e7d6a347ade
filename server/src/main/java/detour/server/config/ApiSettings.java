package detour.server.config;

import detour.server.access.Role;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who may use the API, and how it is spoken.
///
/// @param tls null for HTTP without TLS
/// @param names by which clients call it, besides addresses and localhost; lower case
/// @param tokenFile null for no tokens
/// @param withoutToken what callers of this machine may do without a token; null for nothing
/// @param requestsPerSecond how many each address may make; 0 for no limit
public record ApiSettings(
    @Nullable Tls tls,
    List<String> names,
    @Nullable Path tokenFile,
    @Nullable Role withoutToken,
    int requestsPerSecond) {
  /// The highest limit that can be configured.
  public static final int HIGHEST_RATE = 1_000_000;

  /// Callers of this machine look, nobody changes anything.
  public static final ApiSettings DEFAULT = new ApiSettings(null, List.of(), null, Role.READ, 200);

  public ApiSettings {
    names = List.copyOf(names);
  }

  /// @param certificate a file with the certificate, and those that lead to its authority
  /// @param key a file with its private key
  public record Tls(Path certificate, Path key) {}
}
