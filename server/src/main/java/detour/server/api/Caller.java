package detour.server.api;

import detour.server.access.Role;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Who asks, as far as it is proven.
///
/// @param token the name of the token that was shown; null for none
/// @param role what they may do; null for nothing but what everybody may
/// @param from the address that the request came from
record Caller(@Nullable String token, @Nullable Role role, InetAddress from) {

  /// For the history: who it is by the token, from where, and before both whom the caller calls
  /// itself. What stands in the last parentheses, or alone, is the server's own knowledge.
  ///
  /// @param note whom the caller calls itself; null for nothing said
  String author(@Nullable String note) {
    String known = (token == null ? "api" : token) + "@" + from.getHostAddress();
    return note == null ? known : note + " (" + known + ")";
  }
}
