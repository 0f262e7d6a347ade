package detour.server.query;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/// The network in whose name is asked (RFC 7871).
///
/// @param address with zeroes behind the prefix
/// @param prefixBits how many bits of it are told, 0 for none
public record Subnet(InetAddress address, int prefixBits) {

  /// Reads `192.0.2.0/24`, `2001:db8::/56`, or an address, of which all bits are told; `0` tells
  /// the server to use no network at all (RFC 7871 section 7.1.2).
  ///
  /// @throws IllegalArgumentException with what was expected
  public static Subnet parse(String text) {
    String written = text.equals("0") ? "0.0.0.0/0" : text;
    int slash = written.indexOf('/');
    String host = slash < 0 ? written : written.substring(0, slash);
    try {
      InetAddress address = Target.literal(host);
      int most = address.getAddress().length * Byte.SIZE;
      int bits = slash < 0 ? most : bits(written.substring(slash + 1));
      if (bits <= most) {
        return new Subnet(masked(address, bits), bits);
      }
    } catch (IllegalArgumentException e) {
      throw unreadable(text, e);
    }
    throw unreadable(text, null);
  }

  private static int bits(String text) {
    if (!text.matches("\\d{1,3}")) {
      throw new IllegalArgumentException(text);
    }
    return Integer.parseInt(text);
  }

  /// RFC 7871 section 6: bits that are not told must be 0.
  private static InetAddress masked(InetAddress address, int bits) {
    byte[] octets = address.getAddress();
    for (int i = 0; i < octets.length; i++) {
      int kept = Math.clamp(bits - (long) i * Byte.SIZE, 0, Byte.SIZE);
      octets[i] &= (byte) (0xFF << (Byte.SIZE - kept));
    }
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static IllegalArgumentException unreadable(String text, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "'" + text + "' is no network: expected one as 192.0.2.0/24, 2001:db8::/56 or 0", cause);
  }
}
