package detour.dns.answer;

/// A range of client addresses that begin with the same bits.
///
/// @param high the first eight octets, as in [ClientAddress]
/// @param low the last eight
/// @param bits how many of them count; for IPv4 96 more than people write
public record AddressPrefix(long high, long low, int bits) {
  /// What IPv4 addresses have before them in IPv6's form.
  private static final int MAPPED_BITS = 96;

  /// @throws IllegalArgumentException when bits beyond the prefix are set
  public AddressPrefix {
    if (bits < 0 || bits > 128) {
      throw new IllegalArgumentException("a prefix has 0 to 128 bits");
    }
    if ((high & ~highMask(bits)) != 0 || (low & ~lowMask(bits)) != 0) {
      throw new IllegalArgumentException("bits are set beyond the prefix");
    }
  }

  /// @param address 4 or 16 octets
  /// @param length as people write it behind the slash: up to 32 or 128
  /// @throws IllegalArgumentException when bits beyond the prefix are set, or the length is too
  ///   long
  public static AddressPrefix of(byte[] address, int length) {
    ClientAddress client = ClientAddress.of(address);
    int bits = address.length == 4 ? length + MAPPED_BITS : length;
    return new AddressPrefix(client.high(), client.low(), bits);
  }

  public boolean contains(ClientAddress address) {
    return ((address.high() ^ high) & highMask(bits)) == 0
        && ((address.low() ^ low) & lowMask(bits)) == 0;
  }

  private static long highMask(int bits) {
    return bits == 0 ? 0 : -1L << Math.max(0, 64 - bits);
  }

  private static long lowMask(int bits) {
    return bits <= 64 ? 0 : -1L << (128 - bits);
  }
}
