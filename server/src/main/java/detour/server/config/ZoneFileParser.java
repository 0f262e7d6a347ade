package detour.server.config;

import detour.dns.wire.Name;
import detour.dns.wire.RecordType;
import detour.dns.zone.ZoneException;
import detour.server.config.ZoneFileReader.FileException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the entries of one zone file: directives and records.
final class ZoneFileParser {
  static final long NO_TTL = -1;

  private final ZoneFileReader reader;
  private final Path file;
  private final ZoneEntries entries;
  private final RecordText text;
  private final Map<String, Integer> types = new HashMap<>();
  private @Nullable Name owner;
  private boolean ownerIsBad;
  private long defaultTtl;
  private long lastTtl = NO_TTL;
  private boolean generated;
  private int placedOffset;
  private int placedLine = 1;
  private int placedLineStart;

  /// @param origin wire form
  /// @param defaultTtl in seconds, or [#NO_TTL]
  ZoneFileParser(ZoneFileReader reader, Path file, byte[] bytes, byte[] origin, long defaultTtl) {
    this.reader = reader;
    this.file = file;
    this.entries = new ZoneEntries(bytes);
    this.text = new RecordText(entries, origin);
    this.defaultTtl = defaultTtl;
  }

  /// Reads to the end; problems go to the reader.
  void parse() {
    while (!reader.hopeless()) {
      try {
        if (!entries.next()) {
          return;
        }
        entry();
      } catch (EntryException e) {
        report(e.offset(), e.getMessage());
      }
    }
  }

  private void entry() throws EntryException {
    byte first = entries.start(0) < entries.end(0) ? entries.bytes()[entries.start(0)] : 0;
    if (first == '$' && !entries.quoted(0)) {
      directive();
    } else {
      record();
    }
  }

  private void directive() throws EntryException {
    switch (entries.text(0).toUpperCase(Locale.ROOT)) {
      case "$ORIGIN" -> {
        arguments(1, 1, "a domain name");
        text.setOrigin(text.wireName(1));
      }
      case "$TTL" -> {
        arguments(1, 1, "a time");
        defaultTtl = text.timeToLive(1);
      }
      case "$INCLUDE" -> {
        arguments(1, 2, "a file and perhaps an origin");
        include();
      }
      case "$GENERATE" -> {
        arguments(4, Integer.MAX_VALUE, "a range, a name, a type and data");
        generate();
      }
      default ->
          throw new EntryException(
              entries.start(0),
              "unknown directive "
                  + Wording.quoted(entries.text(0))
                  + ": expected $ORIGIN, $TTL, $INCLUDE or $GENERATE");
    }
  }

  private void arguments(int least, int most, String expected) throws EntryException {
    int found = entries.size() - 1;
    if (found < least || found > most) {
      throw new EntryException(
          entries.start(found > most ? most + 1 : 0),
          entries.text(0) + " is followed by " + expected);
    }
  }

  /// RFC 1035 section 5.1: an included file changes neither the origin nor the owner of this one.
  private void include() throws EntryException {
    byte[] origin = entries.size() > 2 ? text.wireName(2) : text.origin();
    String name = new String(entries.octets(1), StandardCharsets.UTF_8);
    try {
      reader.readFile(file.resolveSibling(name), origin, defaultTtl);
    } catch (FileException e) {
      throw new EntryException(
          entries.start(1), "$INCLUDE " + Wording.quoted(name) + ": " + e.getMessage());
    } catch (InvalidPathException e) {
      throw new EntryException(entries.start(1), Wording.quoted(name) + " is no path of a file");
    }
  }

  private void generate() throws EntryException {
    List<String> lines = GeneratedEntries.of(entries);
    int at = entries.start(0);
    place(at);
    for (String line : lines) {
      ZoneFileParser parser =
          new ZoneFileParser(
              reader,
              file,
              line.getBytes(StandardCharsets.ISO_8859_1),
              text.origin(),
              defaultTtl == NO_TTL ? lastTtl : defaultTtl);
      parser.generated = true;
      try {
        if (parser.entries.next()) {
          parser.record();
        }
      } catch (EntryException e) {
        // One of them stands for all: the others are wrong in the same way.
        throw new EntryException(at, e.getMessage() + ", in " + Wording.quoted(line));
      }
    }
  }

  private void record() throws EntryException {
    int token = entries.blankStart() ? 0 : readOwner();
    Name of = owner;
    if (of == null) {
      if (ownerIsBad) {
        return;
      }
      throw new EntryException(
          entries.start(0), "a line that begins with a blank needs a record before it");
    }
    long ttl = NO_TTL;
    boolean classGiven = false;
    // RFC 1035 section 5.1: TTL and class may stand in either order, and each may be missing.
    while (token < entries.size()) {
      if (ttl == NO_TTL && isTime(token)) {
        ttl = text.timeToLive(token++);
      } else if (!classGiven && isClass(token)) {
        classGiven = true;
        token++;
      } else {
        break;
      }
    }
    int typeToken = token;
    int type = type(typeToken);
    byte[] rdata = text.read(type, typeToken + 1);
    long seconds = ttl(ttl, type, rdata, typeToken);
    place(entries.start(0));
    try {
      reader.record(of, type, seconds, rdata);
    } catch (ZoneException e) {
      throw new EntryException(entries.start(0), Wording.oneLine(e.getMessage()));
    }
  }

  private int readOwner() throws EntryException {
    owner = null;
    ownerIsBad = true;
    owner = text.owner(0);
    ownerIsBad = false;
    return 1;
  }

  private boolean isTime(int token) {
    return !entries.quoted(token)
        && entries.start(token) < entries.end(token)
        && ZoneEntries.isDigit(entries.bytes()[entries.start(token)]);
  }

  private boolean isClass(int token) throws EntryException {
    if (entries.is(token, "IN") || entries.is(token, "CLASS1")) {
      return true;
    }
    String word = entries.text(token).toUpperCase(Locale.ROOT);
    if (word.equals("CH") || word.equals("HS") || word.equals("CS") || word.matches("CLASS\\d+")) {
      throw new EntryException(
          entries.start(token), "the class " + word + " is not served: expected IN");
    }
    return false;
  }

  private int type(int token) throws EntryException {
    if (token >= entries.size()) {
      throw new EntryException(
          entries.start(entries.size()), "the record ends too early: expected a type and data");
    }
    String word = entries.text(token);
    Integer known = types.get(word);
    if (known != null && !entries.quoted(token)) {
      return known;
    }
    int type = entries.quoted(token) ? -1 : RecordType.parse(word).orElse(-1);
    if (type < 0) {
      throw new EntryException(
          entries.start(token),
          "expected a TTL, the class IN or a type, found "
              + Wording.quoted(word)
              + "; types without a name are written TYPE123");
    }
    // RFC 6895 section 3.1: these ask or carry protocol; they are never stored.
    if (type == 0 || RecordType.isMeta(type)) {
      throw new EntryException(
          entries.start(token), "records of type " + RecordType.name(type) + " are in no zone");
    }
    types.put(word, type);
    return type;
  }

  /// RFC 2308 section 4: `$TTL` for records without their own; else the last one given, as in RFC
  /// 1035. An SOA record without either takes its MINIMUM.
  private long ttl(long given, int type, byte[] rdata, int token) throws EntryException {
    if (given != NO_TTL) {
      lastTtl = given;
      return given;
    }
    if (defaultTtl != NO_TTL) {
      return defaultTtl;
    }
    if (lastTtl == NO_TTL && type == RecordType.SOA) {
      lastTtl = 0;
      for (int i = rdata.length - Integer.BYTES; i < rdata.length; i++) {
        lastTtl = (lastTtl << 8) | (rdata[i] & 0xff);
      }
    }
    if (lastTtl == NO_TTL) {
      // Said once: what follows has the same cure.
      lastTtl = 0;
      throw new EntryException(
          entries.start(token), "this record has no TTL: give it one, or write a $TTL line above");
    }
    return lastTtl;
  }

  /// Tells where the next record stands. Lines are counted on from the entry before.
  private void place(int offset) {
    if (generated || !reader.wantsPlaces()) {
      return;
    }
    byte[] bytes = entries.bytes();
    for (; placedOffset < offset; placedOffset++) {
      if (bytes[placedOffset] == '\n') {
        placedLine++;
        placedLineStart = placedOffset + 1;
      }
    }
    reader.place(file, placedLine, offset - placedLineStart + 1);
  }

  private void report(int offset, String message) {
    byte[] bytes = entries.bytes();
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < offset && i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    String before = new String(bytes, lineStart, offset - lineStart, StandardCharsets.UTF_8);
    int column = 1 + before.codePointCount(0, before.length());
    reader.report(new Problem(file.toString(), line, column, "", message, null, null));
  }
}
