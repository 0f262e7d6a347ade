package detour.dns.answer;

/// Addresses that begin with the same bits; those of IPv4 as IPv6 has them (`::ffff:192.0.2.0`).
///
/// @param high the first eight octets, the first in the highest bits
/// @param low the others
/// @param bits how many of all 128 count; the others are 0
public record AddressPrefix(long high, long low, int bits) {
  private static final int MAPPED_BITS = 96;

  public AddressPrefix {
    if (bits < 0 || bits > Long.SIZE * 2) {
      throw new IllegalArgumentException("a prefix has 0 to 128 bits, not " + bits);
    }
    if ((high & ~highMask(bits)) != 0 || (low & ~lowMask(bits)) != 0) {
      throw new IllegalArgumentException("the address has bits beyond its prefix");
    }
  }

  /// @param address 4 or 16 octets
  /// @param bits how many of the address's own bits count
  /// @throws IllegalArgumentException where there are not so many, or others are set
  public static AddressPrefix of(byte[] address, int bits) {
    if (bits < 0 || bits > address.length * Byte.SIZE) {
      throw new IllegalArgumentException(
          "this address has " + address.length * Byte.SIZE + " bits, not " + bits);
    }
    ClientAddress first = ClientAddress.of(address);
    return new AddressPrefix(
        first.high(), first.low(), address.length == 4 ? bits + MAPPED_BITS : bits);
  }

  /// Whether the address begins so; no IPv4 address is in a prefix of IPv6, as `::/0`.
  public boolean contains(ClientAddress address) {
    return (address.high() & highMask(bits)) == high
        && (address.low() & lowMask(bits)) == low
        && (bits >= MAPPED_BITS || !address.isIpv4());
  }

  /// Whether any of the prefixes contains the address.
  public static boolean anyContains(AddressPrefix[] prefixes, ClientAddress address) {
    for (AddressPrefix prefix : prefixes) {
      if (prefix.contains(address)) {
        return true;
      }
    }
    return false;
  }

  /// The first eight octets of a mask of so many of 128 bits.
  static long highMask(int bits) {
    return mask(bits);
  }

  /// The last eight octets of that mask.
  static long lowMask(int bits) {
    return mask(bits - Long.SIZE);
  }

  /// How many of 128 bits count where `bits` of an IPv4 address do.
  static int mapped(int bits) {
    return bits + MAPPED_BITS;
  }

  private static long mask(int bits) {
    if (bits <= 0) {
      return 0;
    }
    return bits >= Long.SIZE ? -1 : -1L << (Long.SIZE - bits);
  }
}
