package detour.dns.answer;

import detour.dns.wire.Edns;
import detour.dns.wire.Header;
import detour.dns.wire.Layouts;
import detour.dns.wire.PackedRecords;
import detour.dns.wire.QueryReader;
import detour.dns.wire.RecordType;
import detour.dns.wire.ResponseCode;
import detour.dns.zone.Zone;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/// Answers queries in place. One per thread: it owns scratch memory, a random generator and the
/// counts of its outcomes.
///
/// A query passes these stages: [QueryReader] checks it; what cannot be answered from zones is
/// rejected here; [AuthoritativeAnswer] writes the sections; the OPT record, flags and counts are
/// written last. Nothing on the way allocates, locks, throws or logs, whatever the octets are.
public final class Responder {
  private static final int LARGEST_MESSAGE = 65535;

  private final int udpOctets;
  private final ResponseCounts counts = new ResponseCounts();
  private final QueryReader query = new QueryReader();
  private final ResponseWriter writer = new ResponseWriter();
  private final OptWriter opt = new OptWriter();
  private final AuthoritativeAnswer answer;

  /// With the default of 1232 octets for the largest response over UDP.
  ///
  /// @param seed of the choice among weighted and rotated records; different for each Responder
  public Responder(long seed) {
    this(seed, Edns.DEFAULT_UDP_OCTETS);
  }

  /// @param udpOctets the largest response over UDP, also announced to clients; 512 to 65535
  public Responder(long seed, int udpOctets) {
    if (udpOctets < Edns.MINIMUM_UDP_OCTETS || udpOctets > LARGEST_MESSAGE) {
      throw new IllegalArgumentException(
          "the largest response over UDP is 512 to 65535 octets, not " + udpOctets);
    }
    this.udpOctets = udpOctets;
    ServiceWriter services = new ServiceWriter(writer, new RandomSource(seed));
    AnswerTable empty = AnswerTable.of(List.of(), new ServiceAnswer[0]);
    this.answer = new AuthoritativeAnswer(writer, services, empty);
  }

  /// Answers the query at `offset` by writing the response over it.
  ///
  /// @param memory where the query lies; native memory on the hot path
  /// @param length octets of the query
  /// @param capacity octets that may be read and written from `offset` on; at least 512, and not
  ///   less than `length`
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
    if (capacity < Edns.MINIMUM_UDP_OCTETS || length > capacity) {
      counts.countDropped(transport);
      return 0;
    }
    QueryReader.Outcome outcome = query.read(memory, offset, length);
    if (outcome == QueryReader.Outcome.DROP) {
      counts.countDropped(transport);
      return 0;
    }
    int limit = Math.min(capacity, transport == Transport.TCP ? LARGEST_MESSAGE : udpLimit());
    int room = query.edns() ? limit - Edns.OPT_OCTETS : limit;
    writer.begin(memory, offset, query.questionEnd(), room, query.name());
    ResponseCode code = rejection(outcome, table);
    boolean answered = code == ResponseCode.NOERROR;
    if (answered) {
      code = answer.write(table, query, nowMillis);
    }
    int flags = Header.RESPONSE | code.headerBits();
    // RFC 1035 section 4.1.1: opcode and RD are copied; RA, AD and CD are clear.
    flags |= query.flags() & (Header.OPCODE_MASK | Header.RECURSION_DESIRED);
    if (answered) {
      flags |= answer.authoritative() ? Header.AUTHORITATIVE : 0;
      if (answer.truncated()) {
        flags |= Header.TRUNCATED;
        counts.countTruncated(transport);
      }
    }
    memory.set(Layouts.SHORT, offset + Header.FLAGS, (short) flags);
    counts.countResponse(transport, query.type(), code);
    return finish(table, memory, offset, limit, code, answered);
  }

  /// What was answered so far.
  public ResponseCounts counts() {
    return counts;
  }

  /// Answers a query and allocates: for tests and rare callers.
  ///
  /// @return the response; empty to send nothing
  public byte[] answer(AnswerTable table, byte[] query, Transport transport, long nowMillis) {
    byte[] message = Arrays.copyOf(query, LARGEST_MESSAGE);
    int length =
        respond(
            table,
            MemorySegment.ofArray(message),
            0,
            query.length,
            message.length,
            transport,
            nowMillis);
    return Arrays.copyOf(message, length);
  }

  private int udpLimit() {
    // RFC 6891 section 6.2.3: without EDNS 512 octets, with it what both sides can.
    return query.edns() ? Math.min(udpOctets, query.udpOctets()) : Edns.MINIMUM_UDP_OCTETS;
  }

  /// Why a query is not answered from the zones; NOERROR when it is.
  private ResponseCode rejection(QueryReader.Outcome outcome, AnswerTable table) {
    return switch (outcome) {
      case BAD_QUESTION, BAD_RECORDS, BAD_OPTION, DROP -> ResponseCode.FORMERR;
      case OTHER_OPCODE -> ResponseCode.NOTIMP;
      case BAD_VERSION -> ResponseCode.BADVERS;
      case QUERY -> {
        if (query.recordClass() != PackedRecords.IN) {
          yield ResponseCode.REFUSED;
        }
        yield switch (query.type()) {
          // A whole zone is nothing for this path (RFC 5936 section 4.2: never over UDP).
          case RecordType.AXFR, RecordType.IXFR ->
              table.isApex(query.name()) ? ResponseCode.REFUSED : ResponseCode.NOTAUTH;
          // RFC 6891 section 6.1.1: OPT is never asked for.
          case RecordType.OPT -> ResponseCode.FORMERR;
          case RecordType.MAILA, RecordType.MAILB, RecordType.TKEY, RecordType.TSIG ->
              ResponseCode.NOTIMP;
          default -> ResponseCode.NOERROR;
        };
      }
    };
  }

  /// Appends the OPT record where the query had one (RFC 6891 section 6.1.1), and writes the
  /// counts.
  private int finish(
      AnswerTable table,
      MemorySegment memory,
      long message,
      int limit,
      ResponseCode code,
      boolean answered) {
    if (!query.edns()) {
      return writer.finish(query.questionEnd() > Header.OCTETS ? 1 : 0);
    }
    writer.addAdditionals(1);
    int end = writer.finish(1);
    opt.begin(memory, message + end, limit - end, udpOctets, code, query.dnssecOk());
    if (answered && answer.extendedError().length > 0) {
      opt.addError(answer.extendedError());
    }
    Zone zone = answered ? answer.questionZone() : null;
    // RFC 9660 section 3.2: whatever the response code, if we are authoritative for the name asked.
    if (query.asksZoneVersion() && zone != null) {
      opt.addZoneVersions(zone.originLabels(), zone.serial(), table.epoch());
    }
    // RFC 5001 section 2.2: only when asked.
    if (query.asksNameServerId() && table.nameServerId().length > 0) {
      opt.addNameServerId(table.nameServerId());
    }
    return end + opt.finish();
  }
}
