package detour.dns.answer;

import detour.dns.wire.Header;
import detour.dns.wire.Layouts;
import detour.dns.wire.NameCompressor;
import detour.dns.wire.NameKey;
import detour.dns.wire.PackedRecords;
import detour.dns.wire.RecordType;
import detour.dns.zone.NegativeSoa;
import java.lang.foreign.MemorySegment;

/// Appends whole record sets to a response, section by section, or nothing of a set that does not
/// fit.
///
/// Owners are always pointers: to the question's name, or to where a target was written. Names in
/// data that other records may be about are remembered as [#target]s.
final class ResponseWriter {
  /// Targets that additional records can be added for.
  static final int MAXIMUM_TARGETS = 256;

  private final NameCompressor compressor = new NameCompressor();
  private final int[] targets = new int[MAXIMUM_TARGETS];
  private final int[] targetTypes = new int[MAXIMUM_TARGETS];

  private MemorySegment memory = MemorySegment.NULL;
  private long message;
  private int begin;
  private int position;
  private int limit;
  private NameKey question = new NameKey();
  private boolean compressing;
  private int targetCount;
  private int lastName;
  private int answers;
  private int authorities;
  private int additionals;

  /// @param newPosition where the question ends
  /// @param newLimit octets that the message may grow to
  void begin(
      MemorySegment newMemory, long newMessage, int newPosition, int newLimit, NameKey name) {
    memory = newMemory;
    message = newMessage;
    begin = newPosition;
    position = newPosition;
    limit = newLimit;
    question = name;
    compressing = false;
    targetCount = 0;
    lastName = 0;
    answers = 0;
    authorities = 0;
    additionals = 0;
  }

  boolean fits(int octets) {
    return octets <= limit - position;
  }

  /// Appends the `octets` of records at `from`, names in their data uncompressed. They must fit.
  ///
  /// @param owner pointer to the name that they all have
  void copy(byte[] packed, int from, int octets, int owner) {
    long to = message + position;
    if (octets > 128) {
      MemorySegment.copy(packed, from, memory, Layouts.BYTE, to, octets);
    } else {
      int i = 0;
      for (; i + 8 <= octets; i += 8) {
        memory.set(Layouts.OCTETS, to + i, (long) Layouts.ARRAY_OCTETS.get(packed, from + i));
      }
      for (; i < octets; i++) {
        memory.set(Layouts.BYTE, to + i, packed[from + i]);
      }
    }
    if (owner != PackedRecords.QUESTION_POINTER) {
      for (int i = 0; i < octets; i = PackedRecords.next(packed, from + i) - from) {
        memory.set(Layouts.SHORT, to + i, (short) owner);
      }
    }
    position += octets;
  }

  /// Appends the SOA of a negative answer behind nothing but the question.
  ///
  /// @param owner pointer to the zone's name, with which the question's ends
  /// @return whether it fitted; nothing is appended when not
  boolean appendNegative(NegativeSoa soa, int owner) {
    if (!fits(soa.octets())) {
      return false;
    }
    int begin = position;
    copy(soa.compressed(), 0, soa.octets(), owner);
    point(soa.primary(), begin, owner);
    point(soa.mailbox(), begin, owner);
    return true;
  }

  private void point(NegativeSoa.Ending ending, int record, int owner) {
    if (ending.at() != 0) {
      int base = ending.within() ? 0xC000 | record : owner;
      memory.set(Layouts.SHORT, message + record + ending.at(), (short) (base + ending.target()));
    }
  }

  /// Appends a record set; names in its data are compressed where that is allowed, and remembered
  /// as targets where additional records may be about them.
  ///
  /// @return whether it fitted; nothing is appended when not
  boolean appendSet(byte[] packed, int from, int octets, int type, int owner) {
    int nameOffset = PackedRecords.nameOffset(type);
    if (nameOffset < 0) {
      if (!fits(octets)) {
        return false;
      }
      copy(packed, from, octets, owner);
      return true;
    }
    int before = position;
    int targetsBefore = targetCount;
    for (int at = from; at < from + octets; at = PackedRecords.next(packed, at)) {
      if (!appendNamed(packed, at, type, nameOffset, owner)) {
        position = before;
        targetCount = targetsBefore;
        if (compressing) {
          compressor.rewind(before);
        }
        return false;
      }
    }
    return true;
  }

  /// Appends a record whose data is one name that stands nowhere else, with a TTL of its own.
  ///
  /// @param name the uncompressed name at its begin, and seven readable octets behind it
  boolean appendAlias(byte[] name, int ttlSeconds, int owner) {
    int data = position + PackedRecords.RDATA;
    int end = data > limit ? -1 : appendName(data, name, 0);
    if (end < 0) {
      return false;
    }
    putFields(owner, RecordType.CNAME, ttlSeconds, end - data);
    lastName = data;
    position = end;
    return true;
  }

  void addAnswers(int records) {
    answers += records;
  }

  void addAuthorities(int records) {
    authorities += records;
  }

  void addAdditionals(int records) {
    additionals += records;
  }

  int answers() {
    return answers;
  }

  /// How many targets were written since the response began.
  int targetCount() {
    return targetCount;
  }

  /// Where a target was written.
  int target(int index) {
    return targets[index];
  }

  /// The type of records that are wanted about a target beside addresses; 0 for none.
  int targetType(int index) {
    return targetTypes[index];
  }

  /// Whether the name is that of the question.
  boolean isQuestion(NameKey name) {
    return name.hash(0) == question.hash(0);
  }

  /// Where the name in the data of the last record lies.
  int lastName() {
    return lastName;
  }

  /// A pointer to the name at `at` without its first labels; 0 when it lies too far behind.
  int pointer(int at, int skippedLabels) {
    int from = at;
    int skip = skippedLabels;
    while (true) {
      int label = memory.get(Layouts.BYTE, message + from) & 0xFF;
      if (label >= 0xC0) {
        from = memory.get(Layouts.SHORT, message + from) & 0x3FFF;
      } else if (skip == 0) {
        return from < 0x4000 ? 0xC000 | from : 0;
      } else {
        from += label + 1;
        skip--;
      }
    }
  }

  /// Writes the first labels of the name at `at`, uncompressed and with their letter case.
  ///
  /// @return octets written
  int copyLabels(int at, int labels, byte[] target) {
    int from = at;
    int to = 0;
    int left = labels;
    while (left > 0) {
      int label = memory.get(Layouts.BYTE, message + from) & 0xFF;
      if (label >= 0xC0) {
        from = memory.get(Layouts.SHORT, message + from) & 0x3FFF;
        continue;
      }
      MemorySegment.copy(memory, Layouts.BYTE, message + from, target, to, label + 1);
      to += label + 1;
      from += label + 1;
      left--;
    }
    return to;
  }

  NameKey readName(int at, NameKey into) {
    return into.readWritten(memory, message, at);
  }

  /// Takes everything behind the question back.
  void discardAll() {
    position = begin;
    answers = 0;
    authorities = 0;
    additionals = 0;
  }

  /// Writes the counts of the sections.
  ///
  /// @return octets of the message so far
  int finish(int questions) {
    memory.set(Layouts.SHORT, message + Header.QUESTIONS, (short) questions);
    memory.set(Layouts.SHORT, message + Header.ANSWERS, (short) answers);
    memory.set(Layouts.SHORT, message + Header.AUTHORITIES, (short) authorities);
    memory.set(Layouts.SHORT, message + Header.ADDITIONALS, (short) additionals);
    return position;
  }

  private boolean appendNamed(byte[] packed, int from, int type, int nameOffset, int owner) {
    int length = PackedRecords.rdataLength(packed, from);
    int rdata = from + PackedRecords.RDATA;
    int data = position + PackedRecords.RDATA;
    if (!PackedRecords.compressible(type)) {
      if (!fits(PackedRecords.RDATA + length)) {
        return false;
      }
      copy(packed, from, PackedRecords.RDATA + length, owner);
      if (type == RecordType.SVCB || type == RecordType.HTTPS) {
        rememberService(type, packed, rdata, data, owner);
      } else {
        rememberTarget(type, data + nameOffset);
      }
      if (type == RecordType.DNAME) {
        // The target of the CNAME that follows ends with it.
        beginCompressing();
        compressor.learn(packed, rdata, data);
      }
      return true;
    }
    if (data + nameOffset > limit) {
      return false;
    }
    putOctets(data, packed, rdata, nameOffset);
    int end = appendName(data + nameOffset, packed, rdata + nameOffset);
    if (end >= 0 && (type == RecordType.SOA || type == RecordType.MINFO)) {
      end = appendSecondName(end, packed, rdata, length);
    }
    if (end < 0) {
      return false;
    }
    putFields(owner, type, Layouts.signedInt(packed, from + PackedRecords.TTL), end - data);
    rememberTarget(type, data + nameOffset);
    position = end;
    return true;
  }

  /// Appends the second name of the data and what follows it: the five numbers of an SOA.
  private int appendSecondName(int at, byte[] packed, int rdata, int length) {
    int second = rdata;
    while (packed[second] != 0) {
      second += packed[second] + 1;
    }
    int behind = ++second;
    while (packed[behind] != 0) {
      behind += packed[behind] + 1;
    }
    int octets = rdata + length - behind - 1;
    int end = appendName(at, packed, second);
    if (end < 0 || end + octets > limit) {
      return -1;
    }
    putOctets(end, packed, behind + 1, octets);
    return end + octets;
  }

  /// @return where the name ends; -1 when it does not fit
  private int appendName(int at, byte[] bytes, int from) {
    beginCompressing();
    return compressor.write(memory, message, at, limit, bytes, from);
  }

  private void beginCompressing() {
    if (!compressing) {
      compressing = true;
      compressor.begin(question);
    }
  }

  private void rememberTarget(int type, int at) {
    lastName = at;
    boolean wanted = type == RecordType.NS || type == RecordType.MX || type == RecordType.SRV;
    if (wanted) {
      addTarget(at, 0);
    }
  }

  /// RFC 9460 section 2.5: a target of "." is the owner itself, but of an alias (priority 0) it is
  /// no service at all. Section 4.1: what an alias leads to are records of its own type too.
  private void rememberService(int type, byte[] packed, int rdata, int data, int owner) {
    boolean alias = Layouts.unsignedShort(packed, rdata) == 0;
    boolean root = packed[rdata + 2] == 0;
    if (!root) {
      addTarget(data + 2, alias ? type : 0);
    } else if (!alias) {
      addTarget(owner & 0x3FFF, 0);
    }
  }

  private void addTarget(int at, int type) {
    if (targetCount < MAXIMUM_TARGETS) {
      targetTypes[targetCount] = type;
      targets[targetCount++] = at;
    }
  }

  private void putFields(int owner, int type, int ttlSeconds, int dataOctets) {
    long record = message + position;
    memory.set(Layouts.SHORT, record, (short) owner);
    memory.set(Layouts.SHORT, record + PackedRecords.TYPE, (short) type);
    memory.set(Layouts.SHORT, record + 4, (short) PackedRecords.IN);
    memory.set(Layouts.INT, record + PackedRecords.TTL, ttlSeconds);
    memory.set(Layouts.SHORT, record + PackedRecords.RDATA_LENGTH, (short) dataOctets);
  }

  private void putOctets(int at, byte[] bytes, int from, int count) {
    for (int i = 0; i < count; i++) {
      memory.set(Layouts.BYTE, message + at + i, bytes[from + i]);
    }
  }
}
