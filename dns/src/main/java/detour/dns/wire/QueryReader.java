package detour.dns.wire;

import java.lang.foreign.MemorySegment;

/// Checks a query where it lies and keeps what an answer needs to know of it. Reusable; belongs to
/// one thread. Never throws and never allocates, whatever the octets are.
///
/// Octets behind the last counted record are tolerated: they mean nothing, and a client that sends
/// them is better served by an answer.
public final class QueryReader {
  /// What became of a message.
  public enum Outcome {
    /// One well-formed question of opcode QUERY; all fields are set.
    QUERY,
    /// Nothing may be sent: a response, or less than a header.
    DROP,
    /// The question could not be read; only the header can be echoed.
    BAD_QUESTION,
    /// The question was read, what follows it was not: records cut off, two OPT records.
    BAD_RECORDS,
    /// An opcode other than QUERY.
    OTHER_OPCODE,
    /// An EDNS version other than 0 (RFC 6891 section 6.1.3).
    BAD_VERSION,
    /// Everything was read, but an EDNS option is not as its RFC has it in a query.
    BAD_OPTION,
    /// No question, but a cookie: only the server's cookie is asked for (RFC 7873 section 5.4).
    COOKIE_ONLY
  }

  private static final int POINTER = 0xC0;

  private final NameKey name = new NameKey();
  private final QueryOptions options = new QueryOptions();
  private int flags;
  private int type;
  private int recordClass;
  private int questionEnd;
  private boolean edns;
  private boolean dnssecOk;
  private int version;
  private int udpOctets;

  /// Holds nothing before its first read.
  public QueryReader() {}

  /// Reads the message of `length` octets at `message`.
  ///
  /// @param memory readable up to 512 octets from `message` at least, whatever the length is
  public Outcome read(MemorySegment memory, long message, int length) {
    reset();
    if (length < Header.OCTETS) {
      return Outcome.DROP;
    }
    flags = memory.get(Layouts.SHORT, message + Header.FLAGS) & 0xFFFF;
    if ((flags & Header.RESPONSE) != 0) {
      return Outcome.DROP;
    }
    if ((flags & Header.OPCODE_MASK) != 0) {
      return Outcome.OTHER_OPCODE;
    }
    // RFC 9619 section 4: QDCOUNT of a QUERY must not be above 1.
    int questions = memory.get(Layouts.SHORT, message + Header.QUESTIONS);
    if (questions != 1) {
      return questions == 0 ? readWithoutQuestion(memory, message, length) : Outcome.BAD_QUESTION;
    }
    int octets = name.read(memory, message + Header.OCTETS, length - Header.OCTETS);
    int end = Header.OCTETS + octets + 4;
    if (octets < 0 || end > length) {
      return Outcome.BAD_QUESTION;
    }
    type = memory.get(Layouts.SHORT, message + end - 4) & 0xFFFF;
    recordClass = memory.get(Layouts.SHORT, message + end - 2) & 0xFFFF;
    questionEnd = end;
    if (!readRecords(memory, message, length)) {
      return withoutEdns(Outcome.BAD_RECORDS);
    }
    if (version != Edns.VERSION) {
      // What options mean in another version is not known.
      options.clear();
      return Outcome.BAD_VERSION;
    }
    return options.malformed() ? Outcome.BAD_OPTION : Outcome.QUERY;
  }

  /// The question's name. Valid until the next read.
  public NameKey name() {
    return name;
  }

  /// The header's second word.
  public int flags() {
    return flags;
  }

  public int type() {
    return type;
  }

  public int recordClass() {
    return recordClass;
  }

  /// Where the question ends, from the message's begin; 12 when it could not be read.
  public int questionEnd() {
    return questionEnd;
  }

  /// Whether the query has an OPT record.
  public boolean edns() {
    return edns;
  }

  public boolean dnssecOk() {
    return dnssecOk;
  }

  /// What the client can receive over UDP, at least 512 (RFC 6891 section 6.2.3).
  public int udpOctets() {
    return udpOctets;
  }

  /// The options of the OPT record. Valid until the next read.
  public QueryOptions options() {
    return options;
  }

  private void reset() {
    flags = 0;
    type = 0;
    recordClass = 0;
    questionEnd = Header.OCTETS;
    edns = false;
    dnssecOk = false;
    version = 0;
    udpOctets = Edns.MINIMUM_UDP_OCTETS;
    options.clear();
  }

  private Outcome readWithoutQuestion(MemorySegment memory, long message, int length) {
    boolean asksCookie =
        readRecords(memory, message, length)
            && version == Edns.VERSION
            && options.hasCookie()
            && !options.malformed();
    return asksCookie ? Outcome.COOKIE_ONLY : withoutEdns(Outcome.BAD_QUESTION);
  }

  private Outcome withoutEdns(Outcome outcome) {
    edns = false;
    options.clear();
    return outcome;
  }

  private boolean readRecords(MemorySegment memory, long message, int length) {
    int before =
        (memory.get(Layouts.SHORT, message + Header.ANSWERS) & 0xFFFF)
            + (memory.get(Layouts.SHORT, message + Header.AUTHORITIES) & 0xFFFF);
    int all = before + (memory.get(Layouts.SHORT, message + Header.ADDITIONALS) & 0xFFFF);
    int at = questionEnd;
    // Every record takes 11 octets or more, so that the length bounds the loop, not the counts.
    for (int i = 0; i < all; i++) {
      int fields = skipName(memory, message, at, length);
      if (fields < 0 || fields + 10 > length) {
        return false;
      }
      int end = fields + 10 + (memory.get(Layouts.SHORT, message + fields + 8) & 0xFFFF);
      if (end > length) {
        return false;
      }
      // RFC 6891 section 6.1.1: one OPT at most, among the additional records; section 6.1.2: its
      // name is the root.
      if (memory.get(Layouts.SHORT, message + fields) == RecordType.OPT
          && (i < before
              || edns
              || fields != at + 1
              || !readOpt(memory, message + fields, end - fields))) {
        return false;
      }
      at = end;
    }
    return true;
  }

  /// @param fields where TYPE of the OPT record lies
  private boolean readOpt(MemorySegment memory, long fields, int octets) {
    edns = true;
    int payload = memory.get(Layouts.SHORT, fields + 2) & 0xFFFF;
    udpOctets = Math.max(Edns.MINIMUM_UDP_OCTETS, payload);
    version = memory.get(Layouts.BYTE, fields + 5) & 0xFF;
    dnssecOk = (memory.get(Layouts.SHORT, fields + 6) & Edns.DNSSEC_OK) != 0;
    int at = 10;
    while (at < octets) {
      if (at + 4 > octets) {
        return false;
      }
      int length = memory.get(Layouts.SHORT, fields + at + 2) & 0xFFFF;
      if (at + 4 + length > octets) {
        return false;
      }
      int code = memory.get(Layouts.SHORT, fields + at) & 0xFFFF;
      options.read(memory, fields + at + 4, code, length);
      at += 4 + length;
    }
    return true;
  }

  private static int skipName(MemorySegment memory, long message, int position, int length) {
    int at = position;
    while (at < length) {
      int label = memory.get(Layouts.BYTE, message + at) & 0xFF;
      if (label == 0) {
        return at + 1;
      }
      if (label >= POINTER) {
        return at + 2;
      }
      if (label > Name.MAXIMUM_LABEL_OCTETS) {
        return -1;
      }
      at += label + 1;
    }
    return -1;
  }
}
