package detour.server.dnstap;

import java.net.SocketAddress;

/// Where queries and responses are reported, and how many of them.
///
/// @param receiver a Unix socket's path or a TCP address
/// @param oneIn one query of so many is reported, in the mean; 1 for all
/// @param identity which server this is; empty to say nothing
/// @param version of the software; empty to say nothing
public record TapSettings(SocketAddress receiver, int oneIn, String identity, String version) {
  public TapSettings {
    if (oneIn < 1) {
      throw new IllegalArgumentException("one query of " + oneIn + ": expected at least 1");
    }
  }
}
