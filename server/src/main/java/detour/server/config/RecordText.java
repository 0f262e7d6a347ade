package detour.server.config;

import detour.dns.wire.DataText;
import detour.dns.wire.Name;
import detour.dns.wire.RecordType;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// The data of one record from its text into wire form. The common types are read here, as a zone
/// may have a million of them; the others by dnsjava.
final class RecordText {
  private static final int LONGEST_NAME_OCTETS = 255;
  private static final int LONGEST_LABEL_OCTETS = 63;
  private static final int LONGEST_DATA_OCTETS = 65_535;

  private final ZoneEntries entry;
  private final byte[] name = new byte[LONGEST_NAME_OCTETS];
  private byte[] origin;
  private ByteBuffer data = ByteBuffer.allocate(512);

  /// @param origin wire form
  RecordText(ZoneEntries entry, byte[] origin) {
    this.entry = entry;
    this.origin = origin;
  }

  byte[] origin() {
    return origin;
  }

  void setOrigin(byte[] origin) {
    this.origin = origin;
  }

  /// Reads the data that begins at a token and reaches to the end of the entry.
  byte[] read(int type, int token) throws EntryException {
    if (token < entry.size() && entry.is(token, "\\#")) {
      return generic(type, token);
    }
    data.clear();
    return switch (type) {
      case Type.A -> fields(token, 1, "an IPv4 address").address4(token).done();
      case Type.AAAA -> fields(token, 1, "an IPv6 address").address6(token).done();
      case Type.NS, Type.CNAME, Type.PTR, Type.DNAME ->
          fields(token, 1, "a domain name").name(token).done();
      case Type.MX ->
          fields(token, 2, "a preference and a domain name")
              .number(token, 65_535, Short.BYTES)
              .name(token + 1)
              .done();
      case Type.SRV ->
          fields(token, 4, "priority, weight, port and a domain name")
              .number(token, 65_535, Short.BYTES)
              .number(token + 1, 65_535, Short.BYTES)
              .number(token + 2, 65_535, Short.BYTES)
              .name(token + 3)
              .done();
      case Type.TXT -> strings(token);
      case Type.SOA -> startOfAuthority(token);
      default ->
          FieldText.reads(type) ? FieldText.read(entry, this, type, token) : rare(type, token);
    };
  }

  private RecordText fields(int token, int count, String expected) throws EntryException {
    int found = entry.size() - token;
    if (found < count) {
      throw new EntryException(
          entry.start(entry.size()), "the data ends too early: expected " + expected);
    }
    if (found > count) {
      throw new EntryException(
          entry.start(token + count), "too much data: expected " + expected + " and no more");
    }
    return this;
  }

  private byte[] startOfAuthority(int token) throws EntryException {
    fields(token, 7, "primary server, mailbox, serial, refresh, retry, expire and minimum");
    name(token).name(token + 1).number(token + 2, 0xFFFF_FFFFL, Integer.BYTES);
    for (int i = 3; i < 7; i++) {
      data.putInt((int) soaTime(token + i));
    }
    return done();
  }

  /// A time, or any number of 32 bits: unlike TTLs, these are not bounded by RFC 2181.
  private long soaTime(int token) throws EntryException {
    return entry.text(token).matches("[0-9]{10}")
        ? decimal(token, 0xFFFF_FFFFL)
        : timeToLive(token);
  }

  private byte[] strings(int token) throws EntryException {
    if (token >= entry.size()) {
      throw new EntryException(entry.start(entry.size()), "the data ends too early: expected text");
    }
    for (int i = token; i < entry.size(); i++) {
      byte[] octets = entry.octets(i);
      if (octets.length > 255) {
        throw new EntryException(
            entry.start(i), "a text of " + octets.length + " octets: split it into parts of 255");
      }
      reserve(octets.length + 1);
      data.put((byte) octets.length).put(octets);
    }
    return done();
  }

  private void reserve(int octets) throws EntryException {
    if (data.position() + octets > LONGEST_DATA_OCTETS) {
      throw new EntryException(entry.start(0), "the record is longer than 65535 octets");
    }
    if (data.remaining() < octets) {
      int capacity = Math.max(2 * data.capacity(), data.position() + octets);
      data = ByteBuffer.allocate(capacity).put(data.flip());
    }
  }

  private byte[] done() {
    return Arrays.copyOf(data.array(), data.position());
  }

  /// The octets of an address.
  byte[] address(int token, boolean ipv6) throws EntryException {
    data.clear();
    return (ipv6 ? address6(token) : address4(token)).done();
  }

  private RecordText address4(int token) throws EntryException {
    byte[] bytes = entry.bytes();
    int parts = 0;
    int value = -1;
    int digits = 0;
    for (int at = entry.start(token); at <= entry.end(token); at++) {
      boolean atEnd = at == entry.end(token);
      if (!atEnd && ZoneEntries.isDigit(bytes[at]) && digits < 3 && value != 0) {
        value = Math.max(value, 0) * 10 + bytes[at] - '0';
        digits++;
      } else if ((atEnd || bytes[at] == '.') && value >= 0 && value <= 255 && parts < 4) {
        data.put((byte) value);
        parts++;
        value = -1;
        digits = 0;
      } else {
        parts = 5;
        break;
      }
    }
    if (parts != 4) {
      throw notA("an IPv4 address", token);
    }
    return this;
  }

  private RecordText address6(int token) throws EntryException {
    String text = entry.text(token);
    if (text.indexOf(':') < 0 || text.indexOf('%') >= 0 || text.startsWith("[")) {
      throw notA("an IPv6 address", token);
    }
    try {
      InetAddress address = InetAddress.ofLiteral(text);
      if (address instanceof Inet4Address) {
        // Java takes an address mapped into IPv6 for the IPv4 address itself.
        data.putLong(0).putShort((short) 0).putShort((short) -1);
      }
      data.put(address.getAddress());
      return this;
    } catch (IllegalArgumentException e) {
      throw notA("an IPv6 address", token);
    }
  }

  private RecordText number(int token, long most, int octets) throws EntryException {
    long value = decimal(token, most);
    if (octets == Short.BYTES) {
      data.putShort((short) value);
    } else {
      data.putInt((int) value);
    }
    return this;
  }

  private long decimal(int token, long most) throws EntryException {
    long value = 0;
    for (int at = entry.start(token); at < entry.end(token); at++) {
      byte b = entry.bytes()[at];
      value = ZoneEntries.isDigit(b) ? value * 10 + b - '0' : Long.MAX_VALUE;
      if (value > most) {
        throw notA("a number up to " + most, token);
      }
    }
    if (entry.start(token) == entry.end(token)) {
      throw notA("a number up to " + most, token);
    }
    return value;
  }

  private RecordText name(int token) throws EntryException {
    int octets = readName(token);
    reserve(octets);
    data.put(name, 0, octets);
    return this;
  }

  /// A domain name in wire form; a relative one is completed by the origin.
  byte[] wireName(int token) throws EntryException {
    return Arrays.copyOf(name, readName(token));
  }

  private int readName(int token) throws EntryException {
    int at = entry.start(token);
    int end = entry.end(token);
    byte[] bytes = entry.bytes();
    if (end - at == 1 && bytes[at] == '@') {
      System.arraycopy(origin, 0, name, 0, origin.length);
      return origin.length;
    }
    if (end - at == 1 && bytes[at] == '.') {
      name[0] = 0;
      return 1;
    }
    int label = 0;
    int length = 1;
    while (at < end) {
      if (bytes[at] == '.') {
        label = closeLabel(token, label, length);
        length = label + 1;
        at++;
        continue;
      }
      if (length - label > LONGEST_LABEL_OCTETS) {
        throw badName(token, "a label is longer than 63 octets");
      }
      if (length >= LONGEST_NAME_OCTETS) {
        throw badName(token, "it is longer than 255 octets");
      }
      name[length++] = (byte) ZoneEntries.octet(bytes, at, end);
      at += ZoneEntries.escapedLength(bytes, at);
    }
    if (length == label + 1) {
      if (label == 0) {
        throw badName(token, "it is empty");
      }
      name[label] = 0;
      return length;
    }
    closeLabel(token, label, length);
    if (length + origin.length > LONGEST_NAME_OCTETS) {
      throw badName(token, "with the origin it is longer than 255 octets");
    }
    System.arraycopy(origin, 0, name, length, origin.length);
    return length + origin.length;
  }

  private int closeLabel(int token, int label, int length) throws EntryException {
    if (length == label + 1) {
      throw badName(token, "it has an empty label");
    }
    if (length >= LONGEST_NAME_OCTETS) {
      throw badName(token, "it is longer than 255 octets");
    }
    name[label] = (byte) (length - label - 1);
    return length;
  }

  private EntryException badName(int token, String reason) {
    return new EntryException(
        entry.start(token), Wording.quoted(entry.text(token)) + " is no domain name: " + reason);
  }

  private EntryException notA(String expected, int token) {
    return new EntryException(
        entry.start(token),
        "expected " + expected + ", found " + Wording.quoted(entry.text(token)));
  }

  /// Seconds, or as `1h30m`.
  long timeToLive(int token) throws EntryException {
    long seconds = ZoneTimes.parse(entry.bytes(), entry.start(token), entry.end(token));
    if (seconds < 0) {
      throw notA("seconds, or a time as 1h30m, up to 2147483647s", token);
    }
    return seconds;
  }

  /// RFC 3597 section 5: `\# length hex`.
  private byte[] generic(int type, int token) throws EntryException {
    if (token + 1 >= entry.size()) {
      throw new EntryException(entry.start(token), "\\# is followed by a length and data in hex");
    }
    int length = (int) decimal(token + 1, LONGEST_DATA_OCTETS);
    StringBuilder hex = new StringBuilder();
    for (int i = token + 2; i < entry.size(); i++) {
      hex.append(entry.text(i));
    }
    byte[] octets;
    try {
      octets = HexFormat.of().parseHex(hex);
    } catch (IllegalArgumentException e) {
      throw new EntryException(entry.start(token + 2), "expected pairs of hexadecimal digits");
    }
    if (octets.length != length) {
      throw new EntryException(
          entry.start(token + 1),
          "the length says " + length + " octets, the data has " + octets.length);
    }
    checkKnown(type, octets, token);
    return octets;
  }

  /// RFC 3597 section 5 permits the generic form for known types too; then it must be well formed.
  private void checkKnown(int type, byte[] octets, int token) throws EntryException {
    Record known;
    try {
      known = Record.newRecord(org.xbill.DNS.Name.root, type, DClass.IN, 0, octets.length, octets);
    } catch (IllegalArgumentException e) {
      known = null;
    }
    if (known == null || !DataText.isWellFormed(type, octets)) {
      throw new EntryException(
          entry.start(token), "this is no data of type " + RecordType.name(type));
    }
  }

  private byte[] rare(int type, int token) throws EntryException {
    byte @Nullable [] signature =
        FieldText.isSignature(type) ? FieldText.readPlain(entry, this, type, token) : null;
    if (signature != null) {
      return signature;
    }
    String text = rejoined(token);
    try {
      Record record =
          Record.fromString(
              org.xbill.DNS.Name.root, type, DClass.IN, 0, text, new org.xbill.DNS.Name(origin));
      byte[] wire = record.toWire(Section.ANSWER);
      // The root as owner takes 1 octet; type, class, TTL and length take 10.
      return Arrays.copyOfRange(wire, 11, wire.length);
    } catch (IOException | RuntimeException e) {
      byte @Nullable [] plain = FieldText.readPlain(entry, this, type, token);
      if (plain != null) {
        return plain;
      }
      String reason = String.valueOf(e.getMessage()).replaceFirst("^<none>:\\d+: ", "");
      throw new EntryException(
          entry.start(token),
          "this is no data of type "
              + Type.string(type)
              + ": "
              + Wording.oneLine(reason)
              + (text.isEmpty() ? "" : "; any type can be written as \\# LENGTH HEX"));
    }
  }

  /// The tokens on one line, octets beyond ASCII escaped so that no character set comes between.
  private String rejoined(int token) {
    StringBuilder text = new StringBuilder();
    for (int i = token; i < entry.size(); i++) {
      String quote = entry.quoted(i) ? "\"" : "";
      text.append(i == token ? "" : " ").append(quote);
      for (int at = entry.start(i); at < entry.end(i); at++) {
        int octet = entry.bytes()[at] & 0xff;
        if (octet < 0x80) {
          text.append((char) octet);
        } else {
          text.append('\\').append(octet);
        }
      }
      text.append(quote);
    }
    return text.toString();
  }

  /// The owner name of a token.
  Name owner(int token) throws EntryException {
    return Name.ofWire(wireName(token));
  }
}
