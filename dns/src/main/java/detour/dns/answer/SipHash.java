package detour.dns.answer;

/// SipHash-2-4, of which server cookies are made (RFC 9018 section 4.4). Reusable; belongs to one
/// thread.
final class SipHash {
  private long v0;
  private long v1;
  private long v2;
  private long v3;

  /// Begins anew.
  ///
  /// @param first the key's first eight octets, the first in the lowest bits
  /// @param second the others
  SipHash begin(long first, long second) {
    v0 = first ^ 0x736f6d6570736575L;
    v1 = second ^ 0x646f72616e646f6dL;
    v2 = first ^ 0x6c7967656e657261L;
    v3 = second ^ 0x7465646279746573L;
    return this;
  }

  /// Adds eight octets, the first in the lowest bits.
  SipHash add(long octets) {
    v3 ^= octets;
    round();
    round();
    v0 ^= octets;
    return this;
  }

  /// Adds what is left, and ends.
  ///
  /// @param rest up to seven octets, the first in the lowest bits; zeros above them
  /// @param length octets of the whole input
  /// @return the hash's octets, the first in the lowest bits
  long finish(long rest, int length) {
    add(rest | ((long) length << 56));
    v2 ^= 0xFF;
    round();
    round();
    round();
    round();
    return v0 ^ v1 ^ v2 ^ v3;
  }

  private void round() {
    v0 += v1;
    v1 = Long.rotateLeft(v1, 13) ^ v0;
    v0 = Long.rotateLeft(v0, 32);
    v2 += v3;
    v3 = Long.rotateLeft(v3, 16) ^ v2;
    v0 += v3;
    v3 = Long.rotateLeft(v3, 21) ^ v0;
    v2 += v1;
    v1 = Long.rotateLeft(v1, 17) ^ v2;
    v2 = Long.rotateLeft(v2, 32);
  }
}
