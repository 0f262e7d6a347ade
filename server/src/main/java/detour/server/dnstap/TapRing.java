package detour.server.dnstap;

import detour.dns.answer.ClientAddress;
import detour.dns.answer.Transport;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What one listener thread has answered and nobody has read yet: a ring of whole exchanges that
/// one thread writes and one reads. When it is full, exchanges are dropped and counted.
///
/// The writer neither waits, locks nor allocates: it is on the way of every query.
public final class TapRing {
  /// Octets before an exchange's query and response.
  static final int HEADER = 48;

  private static final int LENGTH = 0;
  private static final int TRANSPORT = 4;
  private static final int HIGH = 8;
  private static final int LOW = 16;
  private static final int MILLIS = 24;
  private static final int PORT = 32;
  private static final int QUERY = 36;
  private static final int RESPONSE = 40;

  /// Instead of a length: the rest of the ring is empty, and the next exchange at its beginning.
  private static final int SKIP = -1;

  private static final Transport[] TRANSPORTS = Transport.values();

  private final MemorySegment memory;
  private final int capacity;
  private final int largestResponse;
  private final int oneIn;
  private final @Nullable InetSocketAddress local;

  /// Octets ever written and read, padding included; equal when there is nothing to read.
  private final AtomicLong written = new AtomicLong();

  private final AtomicLong read = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();

  // Of the writer.
  private long random;
  private int untilNext = 1;
  private long begun;
  private int queryOctets;

  /// A ring that takes nothing.
  TapRing() {
    this(8, 0, 0, null, 1);
  }

  /// @param capacity octets, a power of two; room for several of the largest exchanges
  /// @param largestResponse octets
  /// @param oneIn one query of so many is taken; 0 for none
  /// @param local where the queries come in; null where that is not known
  TapRing(
      int capacity, int largestResponse, int oneIn, @Nullable InetSocketAddress local, long seed) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException("the capacity is no power of two: " + capacity);
    }
    memory = MemorySegment.ofArray(new long[capacity / Long.BYTES]);
    this.capacity = capacity;
    this.largestResponse = largestResponse;
    this.oneIn = oneIn;
    this.local = local;
    random = seed | 1;
  }

  /// Decides whether this query is reported, and keeps it then: its response will be written over
  /// it. Whoever gets true calls [#answered] before the next query.
  public boolean take(MemorySegment from, long offset, int length) {
    if (oneIn == 0 || --untilNext > 0) {
      return false;
    }
    untilNext = oneIn == 1 ? 1 : 1 + (int) Long.remainderUnsigned(next(), 2L * oneIn - 1);
    int needed = padded(HEADER + length + largestResponse);
    long end = written.getPlain();
    int position = (int) (end & (capacity - 1));
    int skipped = capacity - position < needed ? capacity - position : 0;
    if (end + skipped + needed - read.getAcquire() > capacity) {
      dropped.setOpaque(dropped.getPlain() + 1);
      return false;
    }
    if (skipped > 0) {
      memory.set(ValueLayout.JAVA_INT, position, SKIP);
    }
    begun = end + skipped;
    queryOctets = length;
    MemorySegment.copy(from, offset, memory, (begun & (capacity - 1)) + HEADER, length);
    return true;
  }

  /// Completes the exchange that was taken.
  ///
  /// @param port the client's; 0 where it is not known
  /// @param response octets at `offset`; 0 when none is sent
  public void answered(
      Transport transport,
      ClientAddress client,
      int port,
      long nowMillis,
      MemorySegment from,
      long offset,
      int response) {
    long at = begun & (capacity - 1);
    int kept = Math.min(response, largestResponse);
    int octets = padded(HEADER + queryOctets + kept);
    memory.set(ValueLayout.JAVA_INT, at + LENGTH, octets);
    memory.set(ValueLayout.JAVA_INT, at + TRANSPORT, transport.ordinal());
    memory.set(ValueLayout.JAVA_LONG, at + HIGH, client.high());
    memory.set(ValueLayout.JAVA_LONG, at + LOW, client.low());
    memory.set(ValueLayout.JAVA_LONG, at + MILLIS, nowMillis);
    memory.set(ValueLayout.JAVA_INT, at + PORT, port);
    memory.set(ValueLayout.JAVA_INT, at + QUERY, queryOctets);
    memory.set(ValueLayout.JAVA_INT, at + RESPONSE, kept);
    MemorySegment.copy(from, offset, memory, at + HEADER + queryOctets, kept);
    written.setRelease(begun + octets);
  }

  /// How many exchanges found no room. Any thread.
  long dropped() {
    return dropped.getOpaque();
  }

  /// The exchange that was taken first; null when there is none. Reader only.
  @Nullable TappedExchange poll() {
    long start = read.getPlain();
    long end = written.getAcquire();
    if (start == end) {
      return null;
    }
    long at = start & (capacity - 1);
    if (memory.get(ValueLayout.JAVA_INT, at) == SKIP) {
      start += capacity - at;
      at = 0;
    }
    TappedExchange exchange = exchange(at);
    read.setRelease(start + memory.get(ValueLayout.JAVA_INT, at + LENGTH));
    return exchange;
  }

  private TappedExchange exchange(long at) {
    int query = memory.get(ValueLayout.JAVA_INT, at + QUERY);
    int response = memory.get(ValueLayout.JAVA_INT, at + RESPONSE);
    return new TappedExchange(
        TRANSPORTS[memory.get(ValueLayout.JAVA_INT, at + TRANSPORT)],
        memory.get(ValueLayout.JAVA_LONG, at + HIGH),
        memory.get(ValueLayout.JAVA_LONG, at + LOW),
        memory.get(ValueLayout.JAVA_INT, at + PORT),
        local,
        memory.get(ValueLayout.JAVA_LONG, at + MILLIS),
        octets(at + HEADER, query),
        octets(at + HEADER + query, response));
  }

  private byte[] octets(long at, int length) {
    return memory.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
  }

  /// Multiples of 8, so that the figures of every header are aligned.
  private static int padded(int octets) {
    return (octets + 7) & -8;
  }

  /// Marsaglia's xorshift: enough to escape the rhythm of clients.
  private long next() {
    random ^= random << 13;
    random ^= random >>> 7;
    random ^= random << 17;
    return random;
  }
}
