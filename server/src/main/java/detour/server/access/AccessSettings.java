package detour.server.access;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Who may use the API.
///
/// @param tokenFile null for no tokens
/// @param withoutToken what callers of this machine may do without one; null for nothing
public record AccessSettings(@Nullable Path tokenFile, @Nullable Role withoutToken) {
  /// Callers of this machine look, nobody changes anything.
  public static final AccessSettings DEFAULT = new AccessSettings(null, Role.READ);
}
