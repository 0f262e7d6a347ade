package detour.dns.answer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// The token buckets of all clients: a table of fixed size that several threads share without
/// locks.
///
/// A bucket is one long: the time at which it will be full again, in ticks, and above it some bits
/// of its key's hash. A response moves that time on by the interval between two; when it would lie
/// further ahead than the bucket is deep, there is no token. So a bucket refills without being
/// touched, and no thread sees half of one.
///
/// A thread whose bucket was changed while it looked tries again, a few times only: after that the
/// response is sent without a token, which happens at most once in a great many.
///
/// A key may lie in [#WAYS] places. Where all are taken, the bucket that is full, or will be first,
/// makes room: whoever floods with forged addresses fills the table with buckets of one response,
/// which never displace those that are nearly empty.
public final class RateBuckets {
  /// Of milliseconds.
  static final long TICKS_PER_MILLI = 16_000;

  /// 1 MiB.
  private static final int SIZE = 1 << 17;

  private static final int WAYS = 8;
  private static final int SET_MASK = SIZE / WAYS - 1;

  private static final int ATTEMPTS = 8;

  /// Six days of ticks in either direction, after which times begin again.
  private static final int TIME_BITS = 44;

  private static final int KEY_BITS = Long.SIZE - TIME_BITS;
  private static final long TIME_MASK = (1L << TIME_BITS) - 1;
  private static final VarHandle BUCKET = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] buckets = new long[SIZE];
  private final long seed;

  /// @param seed makes hashes that nobody else knows
  public RateBuckets(long seed) {
    this.seed = seed;
  }

  /// The hash of a prefix.
  long hash(long high, long low) {
    return mix(mix(seed ^ high) ^ low);
  }

  /// The hash of something of a prefix.
  ///
  /// @param prefix as [#hash] made it
  static long hash(long prefix, int kind, long name) {
    return mix(prefix + kind ^ mix(name));
  }

  /// Takes a token, if there is one.
  ///
  /// @param key a hash
  /// @param nowTicks time, which may go back now and then
  /// @param interval ticks from one token to the next
  /// @param depth of a bucket, in ticks; not less than the interval
  boolean take(long key, long nowTicks, long interval, long depth) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int place = place(key, nowTicks, depth);
      long bucket = (long) BUCKET.getOpaque(buckets, place);
      long used = isOf(key, bucket) ? Math.max(ahead(bucket, nowTicks, depth), 0) : 0;
      if (used + interval > depth) {
        return false;
      }
      long taken = (key & ~TIME_MASK) | ((nowTicks + used + interval) & TIME_MASK);
      if (BUCKET.compareAndSet(buckets, place, bucket, taken)) {
        return true;
      }
    }
    return true;
  }

  /// Where a key's bucket is, or may be made.
  private int place(long key, long nowTicks, long depth) {
    int set = ((int) key & SET_MASK) * WAYS;
    int place = set;
    long leastAhead = Long.MAX_VALUE;
    for (int i = set; i < set + WAYS; i++) {
      long bucket = (long) BUCKET.getOpaque(buckets, i);
      if (isOf(key, bucket)) {
        return i;
      }
      long ahead = ahead(bucket, nowTicks, depth);
      if (ahead < leastAhead) {
        place = i;
        leastAhead = ahead;
      }
    }
    return place;
  }

  private static boolean isOf(long key, long bucket) {
    return ((bucket ^ key) & ~TIME_MASK) == 0;
  }

  /// How many ticks from now a bucket will be full; 0 or less when it is. A time a little further
  /// ahead than a bucket is deep comes of a clock that was set back a little, or of a thread that
  /// read it earlier; one much further ahead is one of days ago.
  private static long ahead(long bucket, long nowTicks, long depth) {
    long ahead = ((bucket - nowTicks) << KEY_BITS) >> KEY_BITS;
    return ahead > 2 * depth ? Long.MIN_VALUE : ahead;
  }

  private static long mix(long hash) {
    long mixed = (hash ^ hash >>> 33) * 0xFF51AFD7ED558CCDL;
    mixed = (mixed ^ mixed >>> 33) * 0xC4CEB9FE1A85EC53L;
    return mixed ^ mixed >>> 33;
  }
}
