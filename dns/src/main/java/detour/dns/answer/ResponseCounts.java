package detour.dns.answer;

import detour.dns.wire.ResponseCode;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// How often one [Responder] answered what. Written by its thread, readable from any.
public final class ResponseCounts {
  /// Is shown the counts one by one.
  @FunctionalInterface
  public interface Visitor {
    /// @param responses sent since the Responder was made; above 0
    void visit(Transport transport, TypeBucket type, ResponseCode code, long responses);
  }

  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);
  private static final Transport[] TRANSPORTS = Transport.values();
  private static final TypeBucket[] TYPES = TypeBucket.values();
  private static final ResponseCode[] CODES = ResponseCode.values();
  private static final int DROPPED = TRANSPORTS.length * TYPES.length * CODES.length;
  private static final int TRUNCATED = DROPPED + TRANSPORTS.length;

  private static final int LIMITED = TRUNCATED + TRANSPORTS.length;
  private static final int SLIPPED = LIMITED + RateLimits.Kind.values().length;
  private static final int KNOWN = SLIPPED + 1;

  private final long[] counts = new long[KNOWN + 1];

  ResponseCounts() {}

  /// Shows every count that is not 0.
  public void forEach(Visitor visitor) {
    for (Transport transport : TRANSPORTS) {
      for (TypeBucket type : TYPES) {
        for (ResponseCode code : CODES) {
          long responses = read(index(transport, type, code));
          if (responses > 0) {
            visitor.visit(transport, type, code, responses);
          }
        }
      }
    }
  }

  public long responses(Transport transport, TypeBucket type, ResponseCode code) {
    return read(index(transport, type, code));
  }

  /// Messages that got no response: shorter than a header, or responses themselves.
  public long dropped(Transport transport) {
    return read(DROPPED + transport.ordinal());
  }

  /// Responses that were sent with TC set; they are among the [#responses] too.
  public long truncated(Transport transport) {
    return read(TRUNCATED + transport.ordinal());
  }

  /// Responses over UDP that were above a rate limit; those that were sent all the same are among
  /// the [#responses] too.
  public long limited(RateLimits.Kind limit) {
    return read(LIMITED + limit.ordinal());
  }

  /// Responses above a rate limit that were sent truncated.
  public long slipped() {
    return read(SLIPPED);
  }

  /// Responses over UDP that no rate limit was asked about, for the client's cookie was valid.
  public long known() {
    return read(KNOWN);
  }

  void countResponse(Transport transport, int type, ResponseCode code) {
    increment(index(transport, TypeBucket.of(type), code));
  }

  void countDropped(Transport transport) {
    increment(DROPPED + transport.ordinal());
  }

  void countTruncated(Transport transport) {
    increment(TRUNCATED + transport.ordinal());
  }

  void countLimited(RateLimits.Kind limit) {
    increment(LIMITED + limit.ordinal());
  }

  void countSlipped() {
    increment(SLIPPED);
  }

  void countKnown() {
    increment(KNOWN);
  }

  private static int index(Transport transport, TypeBucket type, ResponseCode code) {
    return (transport.ordinal() * TYPES.length + type.ordinal()) * CODES.length + code.ordinal();
  }

  private long read(int index) {
    return (long) COUNT.getOpaque(counts, index);
  }

  /// Only the owning thread writes, so that a plain read before the write loses nothing.
  private void increment(int index) {
    COUNT.setOpaque(counts, index, counts[index] + 1);
  }
}
