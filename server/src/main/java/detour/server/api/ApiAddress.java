package detour.server.api;

import detour.server.pem.FollowedIdentity;
import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where the API is served.
///
/// @param socket where to listen; port 0 takes a free one
/// @param names beyond addresses and localhost by which clients may call the server, lower case:
///   the answer to DNS rebinding is to know one's own names
/// @param identity what TLS shows; null for HTTP without TLS
public record ApiAddress(
    InetSocketAddress socket, Set<String> names, @Nullable FollowedIdentity identity) {
  public ApiAddress {
    names = Set.copyOf(names);
  }
}
