package detour.dns.wire;

/// Letter case without branches: ASCII capitals become small letters, eight octets at a time (RFC
/// 4343 section 3: only ASCII letters fold).
///
/// A whole wire-form name may be folded at once, since length octets (0 to 63) lie below `A`.
final class Folding {
  private static final long EACH = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Folding() {}

  static long fold(long octets) {
    long low = octets & (0x7F * EACH);
    long aboveZ = low + (0x7F - 'Z') * EACH;
    long fromA = low + (0x80 - 'A') * EACH;
    long capitals = ~octets & (fromA ^ aboveZ) & HIGH_BITS;
    return octets | (capitals >>> 2);
  }

  static int fold(int octet) {
    return octet >= 'A' && octet <= 'Z' ? octet + 32 : octet;
  }
}
