package detour.server.publish;

/// Sums of 64-bit hashes: equal for equal collections of texts whatever their order, and kept up to
/// date by adding what comes and subtracting what goes. Not made to withstand an adversary.
public final class Digest {
  private static final long OFFSET = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private Digest() {}

  /// The hash of one text: the same in every process.
  public static long of(String text) {
    long hash = OFFSET;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * PRIME;
    }
    // FNV leaves neighbours alike; sums need bits that are independent (the finalizer of
    // SplitMix64).
    hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
    return hash ^ (hash >>> 31);
  }
}
