package detour.dns.answer;

import java.lang.foreign.MemorySegment;

/// Answers queries in place. One per thread: it owns scratch memory, a random generator and the
/// counts of its outcomes.
public final class Responder {
  public Responder(long seed) {}

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
