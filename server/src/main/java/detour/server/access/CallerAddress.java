package detour.server.access;

import java.net.InetAddress;
import java.util.HexFormat;

/// Whom callers are counted as: their IPv4 address, or the /64 of their IPv6 address, within which
/// one host may take any address it likes.
public final class CallerAddress {
  private static final int IPV6_PREFIX_BYTES = 8;

  private CallerAddress() {}

  /// The same for all addresses that count as one.
  public static String key(InetAddress address) {
    byte[] bytes = address.getAddress();
    return HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, IPV6_PREFIX_BYTES));
  }
}
