package detour.dns.answer;

/// A small fast generator (xorshift64*); belongs to one thread.
final class RandomSource {
  private long state;

  RandomSource(long seed) {
    // The state must not be 0, and neighbouring seeds should not begin alike.
    long mixed = (seed + 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
    mixed ^= mixed >>> 31;
    state = mixed == 0 ? 1 : mixed;
  }

  /// A number from 0 to below `bound`, which is above 0 and at most 2^31.
  long below(long bound) {
    state ^= state >>> 12;
    state ^= state << 25;
    state ^= state >>> 27;
    return (((state * 0x2545F4914F6CDD1DL) >>> 32) * bound) >>> 32;
  }
}
