package detour.dns.answer;

import java.nio.ByteBuffer;

/// The address that a query came from. Reusable; belongs to one thread.
///
/// IPv4 addresses are kept as IPv6 has them (`::ffff:192.0.2.1`), so that a client is the same
/// whichever socket it came by.
public final class ClientAddress {
  private static final long MAPPED = 0xFFFFL << 32;

  private long high;
  private long low;

  /// No client: `::`.
  public ClientAddress() {}

  /// @param address 4 or 16 octets
  public static ClientAddress of(byte[] address) {
    ByteBuffer octets = ByteBuffer.wrap(address);
    ClientAddress client = new ClientAddress();
    if (address.length == 4) {
      client.set(0, mapped(octets.getInt()));
    } else {
      client.set(octets.getLong(), octets.getLong());
    }
    return client;
  }

  /// The lower half of an IPv4 address as IPv6 has it; the upper half is 0.
  public static long mapped(int ipv4) {
    return MAPPED | (ipv4 & 0xFFFF_FFFFL);
  }

  /// Takes an address.
  ///
  /// @param newHigh the first eight octets, the first in the highest bits
  /// @param newLow the others
  public void set(long newHigh, long newLow) {
    high = newHigh;
    low = newLow;
  }

  /// The first eight octets, the first in the highest bits.
  public long high() {
    return high;
  }

  /// The last eight octets.
  public long low() {
    return low;
  }

  public boolean isIpv4() {
    return high == 0 && (low >>> 32) == 0xFFFF;
  }
}
