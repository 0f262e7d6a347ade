package detour.dns.answer;

import detour.dns.answer.RateLimits.Kind;
import detour.dns.answer.RateLimits.Mode;
import org.jspecify.annotations.Nullable;

/// Decides of each response over UDP whether it is sent. Belongs to one thread; the buckets that it
/// takes from are shared.
final class RateLimiter {
  private static final Kind[] KINDS = Kind.values();

  /// What becomes of a response.
  enum Verdict {
    SEND,
    /// Without records, TC set: a resolver comes again over TCP, which nobody does in its name.
    TRUNCATE,
    DROP
  }

  private final RateBuckets buckets;
  private final RandomSource random;
  private final ResponseCounts counts;
  private final long[] intervals = new long[KINDS.length];
  private RateLimits limits = RateLimits.OFF;
  private AddressPrefix[] exempt = {};
  private long depth;
  private long highMask;
  private long lowMask;
  private long ipv4Mask;

  /// @param counts of what was limited
  RateLimiter(RateBuckets buckets, RandomSource random, ResponseCounts counts) {
    this.buckets = buckets;
    this.random = random;
    this.counts = counts;
  }

  /// @param current the limits
  /// @param name a hash of the question's name, equal for equal names; means something for
  ///   [Kind#ANSWERS] only
  /// @param known whether the client's cookie is valid, so that it is where it says
  Verdict judge(
      RateLimits current,
      Kind kind,
      long name,
      ClientAddress client,
      boolean known,
      long nowMillis) {
    follow(current);
    if (current.mode() == Mode.OFF || AddressPrefix.anyContains(exempt, client)) {
      return Verdict.SEND;
    }
    if (known) {
      counts.countKnown();
      return Verdict.SEND;
    }
    long nowTicks = nowMillis * RateBuckets.TICKS_PER_MILLI;
    long prefix = prefix(client);
    Kind reached = reached(prefix, kind, kind == Kind.ANSWERS ? name : 0, nowTicks);
    if (reached == null) {
      return Verdict.SEND;
    }
    counts.countLimited(reached);
    if (current.mode() == Mode.COUNT) {
      return Verdict.SEND;
    }
    if (current.slip() > 0 && random.below(current.slip()) == 0) {
      counts.countSlipped();
      return Verdict.TRUNCATE;
    }
    return Verdict.DROP;
  }

  /// Which limit leaves no token for a response; null for none.
  private @Nullable Kind reached(long prefix, Kind kind, long name, long nowTicks) {
    if (!take(prefix, kind, name, nowTicks)) {
      return kind;
    }
    return take(prefix, Kind.ALL, 0, nowTicks) ? null : Kind.ALL;
  }

  private boolean take(long prefix, Kind kind, long name, long nowTicks) {
    long interval = intervals[kind.ordinal()];
    return interval == 0
        || buckets.take(RateBuckets.hash(prefix, kind.ordinal(), name), nowTicks, interval, depth);
  }

  private long prefix(ClientAddress client) {
    return client.isIpv4()
        ? buckets.hash(0, client.low() & ipv4Mask)
        : buckets.hash(client.high() & highMask, client.low() & lowMask);
  }

  @SuppressWarnings("ReferenceEquality") // Equal limits that are others cost no more than a reload.
  private void follow(RateLimits current) {
    if (current != limits) {
      adopt(current);
    }
  }

  /// What the limits say, as it is needed for each response.
  private void adopt(RateLimits current) {
    limits = current;
    exempt = current.exempt().toArray(AddressPrefix[]::new);
    depth = current.burst().toMillis() * RateBuckets.TICKS_PER_MILLI;
    ipv4Mask = AddressPrefix.lowMask(AddressPrefix.mapped(current.ipv4Bits()));
    highMask = AddressPrefix.highMask(current.ipv6Bits());
    lowMask = AddressPrefix.lowMask(current.ipv6Bits());
    for (Kind kind : KINDS) {
      int rate = current.rate(kind);
      intervals[kind.ordinal()] = rate == 0 ? 0 : 1_000 * RateBuckets.TICKS_PER_MILLI / rate;
    }
  }
}
