package detour.server.config;

import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// Where queries and responses are reported by dnstap.
///
/// @param receiver a Unix socket or a TCP address
/// @param oneIn one query of so many is reported, in the mean
/// @param identity null for the node's name
public record DnstapSettings(SocketAddress receiver, int oneIn, @Nullable String identity) {}
