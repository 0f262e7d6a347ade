package detour.dns.answer;

import detour.dns.wire.Edns;
import detour.dns.wire.Header;
import detour.dns.wire.Layouts;
import detour.dns.wire.PackedRecords;
import detour.dns.wire.QueryOptions;
import detour.dns.wire.QueryReader;
import detour.dns.wire.RecordType;
import detour.dns.wire.ResponseCode;
import detour.dns.zone.Zone;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
  private final EdnsAnswer edns;
  private final AuthoritativeAnswer answer;
  private final @Nullable RateLimiter limiter;

  /// With the default of 1232 octets for the largest response over UDP.
  ///
  /// @param seed of the choice among weighted and rotated records; different for each Responder
  public Responder(long seed) {
    this(seed, Edns.DEFAULT_UDP_OCTETS);
  }

  /// @param udpOctets the largest response over UDP, also announced to clients; 512 to 65535
  public Responder(long seed, int udpOctets) {
    this(udpOctets, seed, null);
  }

  /// One that limits what clients get over UDP, as the table's [ServerOptions] say.
  ///
  /// @param udpOctets the largest response over UDP, also announced to clients; 512 to 65535
  /// @param buckets shared with the other threads that answer over UDP
  public Responder(long seed, int udpOctets, RateBuckets buckets) {
    this(udpOctets, seed, buckets);
  }

  private Responder(int udpOctets, long seed, @Nullable RateBuckets buckets) {
    if (udpOctets < Edns.MINIMUM_UDP_OCTETS || udpOctets > LARGEST_MESSAGE) {
      throw new IllegalArgumentException(
          "the largest response over UDP is 512 to 65535 octets, not " + udpOctets);
    }
    this.udpOctets = udpOctets;
    edns = new EdnsAnswer(udpOctets);
    ServiceWriter services = new ServiceWriter(writer, new RandomSource(seed));
    AnswerTable empty = AnswerTable.of(List.of(), new ServiceAnswer[0]);
    this.answer = new AuthoritativeAnswer(writer, services, empty);
    this.limiter =
        buckets == null ? null : new RateLimiter(buckets, new RandomSource(~seed), counts);
  }

  /// Answers the query at `offset` by writing the response over it.
  ///
  /// @param memory where the query lies; native memory on the hot path
  /// @param length octets of the query
  /// @param capacity octets that may be read and written from `offset` on; at least 512, and not
  ///   less than `length`
  /// @param client where the query came from
  /// @param nowMillis epoch milliseconds, for the record of what was handed out when, and the age
  ///   of cookies; may be up to a batch old
  /// @return octets of the response; 0 to send nothing
  public int respond(
      AnswerTable table,
      MemorySegment memory,
      long offset,
      int length,
      int capacity,
      Transport transport,
      ClientAddress client,
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
    int limit = Math.min(capacity, transport.isStream() ? LARGEST_MESSAGE : udpLimit());
    int room = query.edns() ? limit - Edns.OPT_OCTETS : limit;
    ResponseCode code = rejection(outcome, table);
    QueryOptions options = query.options();
    if (!options.isEmpty()) {
      CookiePolicy cookies = table.server().cookies();
      room -= edns.begin(options, cookies, transport, client, nowMillis);
      code = withCookie(code, outcome, cookies, transport);
    }
    writer.begin(memory, offset, query.questionEnd(), room, query.name());
    boolean answered = code == ResponseCode.NOERROR && outcome == QueryReader.Outcome.QUERY;
    // RFC 1035 section 4.1.1: opcode and RD are copied; RA, AD and CD are clear.
    int flags = query.flags() & (Header.OPCODE_MASK | Header.RECURSION_DESIRED);
    if (answered && query.recordClass() == PackedRecords.IN) {
      code = answer.write(table, query, nowMillis);
      flags |= answer.authoritative() ? Header.AUTHORITATIVE : 0;
      flags |= answer.truncated() ? Header.TRUNCATED : 0;
    } else if (answered) {
      answered = false;
      flags |= writeChaos(table.server());
    }
    boolean bare = false;
    if (limiter != null && !transport.isStream()) {
      switch (limit(limiter, table.server(), code, flags, client, nowMillis)) {
        case DROP -> {
          return 0;
        }
        case TRUNCATE -> {
          writer.discardAll();
          flags |= Header.TRUNCATED;
          bare = true;
        }
        case SEND -> {}
      }
    }
    if ((flags & Header.TRUNCATED) != 0) {
      counts.countTruncated(transport);
    }
    flags |= Header.RESPONSE | code.headerBits();
    memory.set(Layouts.SHORT, offset + Header.FLAGS, (short) flags);
    counts.countResponse(transport, query.type(), code);
    return finish(table, memory, offset, limit, transport, code, answered, bare);
  }

  /// Changes for how long clients are told that their connection may be idle.
  ///
  /// @param millis 0 asks them to close it (RFC 7828 section 3.3.2)
  public void tellIdleMillis(long millis) {
    edns.tellIdle(deciseconds(millis));
  }

  private static int deciseconds(long millis) {
    return (int) Math.min(millis / 100, 0xFFFF);
  }

  /// What was answered so far.
  public ResponseCounts counts() {
    return counts;
  }

  /// Answers a query and allocates: for tests and rare callers.
  ///
  /// @return the response; empty to send nothing
  public byte[] answer(AnswerTable table, byte[] query, Transport transport, long nowMillis) {
    return answer(table, query, transport, new ClientAddress(), nowMillis);
  }

  /// As above, for a query that came from somewhere.
  public byte[] answer(
      AnswerTable table, byte[] query, Transport transport, ClientAddress client, long nowMillis) {
    byte[] message = Arrays.copyOf(query, LARGEST_MESSAGE);
    int length =
        respond(
            table,
            MemorySegment.ofArray(message),
            0,
            query.length,
            message.length,
            transport,
            client,
            nowMillis);
    return Arrays.copyOf(message, length);
  }

  private int udpLimit() {
    // RFC 6891 section 6.2.3: without EDNS 512 octets, with it what both sides can.
    return query.edns() ? Math.min(udpOctets, query.udpOctets()) : Edns.MINIMUM_UDP_OCTETS;
  }

  /// Why a query is not answered; NOERROR when it is.
  private ResponseCode rejection(QueryReader.Outcome outcome, AnswerTable table) {
    return switch (outcome) {
      case BAD_QUESTION, BAD_RECORDS, BAD_OPTION, DROP -> ResponseCode.FORMERR;
      case OTHER_OPCODE -> ResponseCode.NOTIMP;
      case BAD_VERSION -> ResponseCode.BADVERS;
      // RFC 9619 section 4: without cookies, a query has a question.
      case COOKIE_ONLY ->
          table.server().cookies().isOff() ? ResponseCode.FORMERR : ResponseCode.NOERROR;
      case QUERY -> {
        if (query.recordClass() != PackedRecords.IN) {
          yield asksChaos(table.server()) ? ResponseCode.NOERROR : ResponseCode.REFUSED;
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

  /// What a query with a cookie is answered with that would else be answered with `code`.
  private ResponseCode withCookie(
      ResponseCode code, QueryReader.Outcome outcome, CookiePolicy policy, Transport transport) {
    if (code != ResponseCode.NOERROR || !edns.answersCookie() || edns.cookieValid()) {
      return code;
    }
    // RFC 7873 section 5.4: whoever asks for a cookie alone is told that the one it has is none.
    // Section 5.2.3: a connection proves as much as a cookie does.
    boolean refused =
        outcome == QueryReader.Outcome.COOKIE_ONLY
            ? query.options().serverCookieOctets() > 0
            : policy.required() && !transport.isStream();
    return refused ? ResponseCode.BADCOOKIE : code;
  }

  /// Whether the server is asked about itself, and says something (RFC 4892 section 3).
  private boolean asksChaos(ServerOptions server) {
    return query.recordClass() == PackedRecords.CHAOS
        && (query.type() == RecordType.TXT || query.type() == RecordType.ANY)
        && server.chaosRecord(query.name()) != null;
  }

  /// AA stays clear, as there is no zone of that class.
  ///
  /// @return flags of the response
  private int writeChaos(ServerOptions server) {
    byte[] record = server.chaosRecord(query.name());
    if (record == null || !writer.fits(record.length)) {
      return Header.TRUNCATED;
    }
    writer.copy(record, 0, record.length, PackedRecords.QUESTION_POINTER);
    writer.addAnswers(1);
    return 0;
  }

  /// Appends the OPT record where the query had one (RFC 6891 section 6.1.1), and writes the
  /// counts.
  ///
  /// @param answered whether the zones were asked
  /// @param bare whether only those options are worth their octets that room was kept for, as the
  ///   cookie by which a client need not be limited again
  private int finish(
      AnswerTable table,
      MemorySegment memory,
      long message,
      int limit,
      Transport transport,
      ResponseCode code,
      boolean answered,
      boolean bare) {
    int questions = query.questionEnd() > Header.OCTETS ? 1 : 0;
    if (!query.edns()) {
      return writer.finish(questions);
    }
    QueryOptions options = query.options();
    writer.addAdditionals(1);
    int end = writer.finish(questions);
    edns.open(memory, message + end, limit - end, code, query.dnssecOk());
    if (!options.isEmpty()) {
      edns.addKept(options, transport);
    }
    if (bare) {
      return end + edns.close();
    }
    addError(code, answered);
    if (!options.isEmpty()) {
      Zone zone = answered ? answer.questionZone() : null;
      edns.addAsked(options, table, zone, transport, end);
    }
    return end + edns.close();
  }

  /// Whether a response that is written is sent.
  private RateLimiter.Verdict limit(
      RateLimiter limits,
      ServerOptions server,
      ResponseCode code,
      int flags,
      ClientAddress client,
      long nowMillis) {
    RateLimits.Kind kind = kind(code, (flags & Header.AUTHORITATIVE) != 0);
    long name = kind == RateLimits.Kind.ANSWERS ? query.name().hash(0) : 0;
    boolean known = !query.options().isEmpty() && edns.cookieValid();
    return limits.judge(server.rateLimits(), kind, name, client, known, nowMillis);
  }

  /// What limits a response. The SERVFAIL of a service is an answer: caches ask again soon.
  private RateLimits.Kind kind(ResponseCode code, boolean authoritative) {
    return switch (code) {
      case NXDOMAIN, YXDOMAIN -> RateLimits.Kind.NXDOMAIN;
      case SERVFAIL -> RateLimits.Kind.ANSWERS;
      case NOERROR -> {
        if (authoritative) {
          yield RateLimits.Kind.ANSWERS;
        }
        boolean asked = query.questionEnd() > Header.OCTETS;
        yield asked ? RateLimits.Kind.REFERRALS : RateLimits.Kind.ERRORS;
      }
      case FORMERR, NOTIMP, REFUSED, NOTAUTH, BADVERS, BADCOOKIE -> RateLimits.Kind.ERRORS;
    };
  }

  /// Says more than the response code does, where there is more to say (RFC 8914).
  private void addError(ResponseCode code, boolean answered) {
    if (answered && answer.extendedError().length > 0) {
      edns.addError(Edns.EXTENDED_ERROR_OTHER, answer.extendedError());
    } else if (code == ResponseCode.NOTAUTH || (code == ResponseCode.REFUSED && answered)) {
      edns.addError(Edns.EXTENDED_ERROR_NOT_AUTHORITATIVE);
    } else if (code == ResponseCode.REFUSED || code == ResponseCode.NOTIMP) {
      edns.addError(Edns.EXTENDED_ERROR_NOT_SUPPORTED);
    }
  }
}
