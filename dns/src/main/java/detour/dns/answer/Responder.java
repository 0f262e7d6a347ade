package detour.dns.answer;

import java.lang.foreign.MemorySegment;

/// Answers queries in place. One per thread: it owns scratch memory, a random generator and the
/// counts of its outcomes.
public final class Responder {
  private final ResponseCounts counts = new ResponseCounts();

  /// With the default of 1232 octets for the largest response over UDP.
  ///
  /// @param seed of the choice among weighted and rotated records; different for each Responder
  public Responder(long seed) {
    this(seed, 1232);
  }

  /// @param udpOctets the largest response over UDP, also announced to clients; 512 to 65535
  public Responder(long seed, int udpOctets) {}

  /// What was answered so far.
  public ResponseCounts counts() {
    return counts;
  }

  /// Answers a query and allocates: for tests and rare callers.
  ///
  /// @return the response; empty to send nothing
  public byte[] answer(AnswerTable table, byte[] query, Transport transport, long nowMillis) {
    return new byte[0];
  }

  /// Answers the query at `offset` by writing the response over it.
  ///
  /// @param memory where the query lies; native memory on the hot path
  /// @param length octets of the query
  /// @param capacity octets that may be written from `offset` on; at least 512
  /// @param nowMillis epoch milliseconds, for the record of what was handed out when; may be up to
  ///   a batch old
  /// @return octets of the response; 0 to send nothing
  public int respond(
      AnswerTable table,
      MemorySegment memory,
      long offset,
      int length,
      int capacity,
      Transport transport,
      long nowMillis) {
    return 0;
  }
}
