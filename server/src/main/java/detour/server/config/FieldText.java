package detour.server.config;

import detour.dns.wire.DataField;
import detour.dns.wire.RecordFormat;
import detour.dns.wire.RecordType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads data field by field, as [RecordFormat] tells: of the types that dnsjava does not know, and
/// of those where it does not read what it should.
final class FieldText {
  private static final List<Integer> READ_HERE =
      Stream.of(
              "AMTRELAY",
              "AVC",
              "BRID",
              "CLA",
              "CSYNC",
              "DSYNC",
              "EID",
              "EUI48",
              "EUI64",
              "GID",
              "HHIT",
              "HTTPS",
              "IPN",
              "L32",
              "L64",
              "LOC",
              "LP",
              "NID",
              "NIMLOC",
              "NINFO",
              "NSAP-PTR",
              "RESINFO",
              "RKEY",
              "SVCB",
              "TA",
              "TALINK",
              "UID",
              "UINFO",
              "WALLET")
          .map(name -> RecordType.parse(name).orElseThrow())
          .toList();

  /// Left to dnsjava altogether.
  private static final Set<DataField> OF_DNSJAVA =
      EnumSet.of(DataField.NSAP, DataField.PREFIXES, DataField.HOST_IDENTITY);

  private static final String BASE32_HEX = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuuMMddHHmmss");

  private final ZoneEntries entry;
  private final RecordText names;
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private int token;

  private FieldText(ZoneEntries entry, RecordText names, int token) {
    this.entry = entry;
    this.names = names;
    this.token = token;
  }

  /// Whether data of the type is read here.
  static boolean reads(int type) {
    return READ_HERE.contains(type);
  }

  /// Whether plain numbers are read here before dnsjava is asked, which lowers an original TTL of
  /// more than 31 bits without a word.
  static boolean isSignature(int type) {
    return RecordFormat.of(type).contains(DataField.TIME);
  }

  /// Reads the data that begins at a token and reaches to the end of the entry.
  ///
  /// @param names reads domain names, below the present origin
  static byte[] read(ZoneEntries entry, RecordText names, int type, int token)
      throws EntryException {
    FieldText text = new FieldText(entry, names, token);
    for (DataField field : RecordFormat.of(type)) {
      text.read(field);
    }
    if (text.token < entry.size()) {
      throw new EntryException(
          entry.start(text.token),
          "too much data for type " + RecordType.name(type) + ": expected no more");
    }
    return text.data.toByteArray();
  }

  /// Reads what dnsjava refused, if it is written field by field in plain numbers: types that it
  /// does not know in RRSIG and NSEC, keys without a key, texts that are longer than it takes.
  ///
  /// @return null when it is not
  static byte @Nullable [] readPlain(ZoneEntries entry, RecordText names, int type, int token) {
    List<DataField> fields = RecordFormat.of(type);
    if (fields.isEmpty() || fields.stream().anyMatch(OF_DNSJAVA::contains)) {
      return null;
    }
    try {
      return read(entry, names, type, token);
    } catch (EntryException e) {
      return null;
    }
  }

  private void read(DataField field) throws EntryException {
    switch (field) {
      case U8 -> number(1);
      case U16 -> number(2);
      case U32 -> number(4);
      case U64 -> number(8);
      case NAME -> data.writeBytes(names.wireName(next("a domain name")));
      case TEXT -> text();
      case TEXTS -> texts();
      case IPV4 -> data.writeBytes(names.address(next("an IPv4 address"), false));
      case IPV6 -> data.writeBytes(names.address(next("an IPv6 address"), true));
      case HEX_REST -> hex(rest("hexadecimal digits"));
      case BASE64_REST -> base64(rest("base64"));
      case BASE64_OPTIONAL -> {
        if (token < entry.size()) {
          base64(rest("base64"));
        }
      }
      case TYPE -> putNumber(type(next("a type")), 2);
      case TYPES -> types();
      case LOCATOR -> grouped(4, 4, ":", "four groups of hexadecimal digits, as 2001:db8:0:1");
      case EUI48 -> grouped(6, 2, "-", "six pairs of hexadecimal digits, as 00-00-5e-00-53-2a");
      case EUI64 -> grouped(8, 2, "-", "eight pairs of hexadecimal digits, as 00-...-2a");
      case TEXT_REST -> data.writeBytes(entry.octets(next("text")));
      case TAG -> tag();
      case SALT -> salt();
      case HASHED_NAME -> base32(next("a hash in base32hex"));
      case TIME -> time(next("a time as 20260131120000"));
      case IPSEC_GATEWAY -> ipsecGateway();
      case AMT_RELAY -> relay();
      case LOCATION -> {
        data.writeBytes(LocationField.read(entry, token));
        token = entry.size();
      }
      case PARAMETERS -> {
        data.writeBytes(ServiceParameterText.read(entry, token));
        token = entry.size();
      }
      default -> throw new IllegalStateException(field + " is left to dnsjava");
    }
  }

  private int next(String expected) throws EntryException {
    if (token >= entry.size()) {
      throw new EntryException(
          entry.start(entry.size()), "the data ends too early: expected " + expected);
    }
    return token++;
  }

  private void number(int octets) throws EntryException {
    String most = Long.toUnsignedString(octets == 8 ? -1L : (1L << (8 * octets)) - 1);
    String expected = "a number up to " + most;
    int at = next(expected);
    String text = entry.text(at);
    long value = 0;
    boolean good = text.matches("[0-9]{1,20}");
    if (good) {
      try {
        value = Long.parseUnsignedLong(text);
        good = Long.compareUnsigned(value, Long.parseUnsignedLong(most)) <= 0;
      } catch (NumberFormatException e) {
        good = false;
      }
    }
    if (!good) {
      throw notA(expected, at);
    }
    putNumber(value, octets);
  }

  private void putNumber(long value, int octets) {
    for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
      data.write((int) (value >> shift));
    }
  }

  private void text() throws EntryException {
    int at = next("text");
    byte[] octets = entry.octets(at);
    if (octets.length > 255) {
      throw new EntryException(
          entry.start(at), "a text of " + octets.length + " octets: split it into parts of 255");
    }
    data.write(octets.length);
    data.writeBytes(octets);
  }

  private void texts() throws EntryException {
    do {
      text();
    } while (token < entry.size());
  }

  private String rest(String expected) throws EntryException {
    StringBuilder rest = new StringBuilder(entry.text(next(expected)));
    while (token < entry.size()) {
      rest.append(entry.text(token++));
    }
    return rest.toString();
  }

  private void hex(String digits) throws EntryException {
    try {
      data.writeBytes(HexFormat.of().parseHex(digits));
    } catch (IllegalArgumentException e) {
      throw notA("pairs of hexadecimal digits", token - 1);
    }
  }

  private void base64(String text) throws EntryException {
    try {
      data.writeBytes(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      throw notA("base64", token - 1);
    }
  }

  private int type(int at) throws EntryException {
    OptionalInt type = RecordType.parse(entry.text(at));
    if (type.isEmpty()) {
      throw notA("a type", at);
    }
    return type.getAsInt();
  }

  /// RFC 4034 section 4.1.2.
  private void types() throws EntryException {
    TreeMap<Integer, byte[]> windows = new TreeMap<>();
    while (token < entry.size()) {
      int type = type(token++);
      windows.computeIfAbsent(type >> 8, _ -> new byte[32])[(type & 0xFF) / 8] |=
          (byte) (0x80 >> (type & 7));
    }
    windows.forEach((window, bits) -> {
      int octets = bits.length;
      while (bits[octets - 1] == 0) {
        octets--;
      }
      data.write(window);
      data.write(octets);
      data.write(bits, 0, octets);
    });
  }

  private void grouped(int groups, int mostDigits, String separator, String expected)
      throws EntryException {
    int at = next(expected);
    List<String> parts = new ArrayList<>(Arrays.asList(entry.text(at).split(separator, -1)));
    String form = mostDigits == 2 ? "[0-9A-Fa-f]{2}" : "[0-9A-Fa-f]{1,4}";
    if (parts.size() != groups || !parts.stream().allMatch(part -> part.matches(form))) {
      throw notA(expected, at);
    }
    for (String part : parts) {
      putNumber(Integer.parseInt(part, 16), mostDigits / 2);
    }
  }

  /// RFC 8777 section 4.3.1: precedence, discovery bit, type of the relay, relay.
  private void relay() throws EntryException {
    number(1);
    int discovery = next("the discovery bit, 0 or 1");
    int kind = next("the type of the relay, 0 to 3");
    if (!entry.text(discovery).matches("[01]")) {
      throw notA("the discovery bit, 0 or 1", discovery);
    }
    if (!entry.text(kind).matches("[0-3]")) {
      throw notA("the type of the relay, 0 to 3", kind);
    }
    int type = Integer.parseInt(entry.text(kind));
    data.write(Integer.parseInt(entry.text(discovery)) << 7 | type);
    gateway(type);
  }

  /// RFC 4025 section 3.1: precedence, type of the gateway, algorithm, gateway.
  private void ipsecGateway() throws EntryException {
    number(1);
    int kind = next("the type of the gateway, 0 to 3");
    if (!entry.text(kind).matches("[0-3]")) {
      throw notA("the type of the gateway, 0 to 3", kind);
    }
    int type = Integer.parseInt(entry.text(kind));
    data.write(type);
    number(1);
    gateway(type);
  }

  private void gateway(int type) throws EntryException {
    switch (type) {
      case 1 -> read(DataField.IPV4);
      case 2 -> read(DataField.IPV6);
      case 3 -> read(DataField.NAME);
      default -> {
        int at = next("'.', for none");
        if (!entry.text(at).equals(".")) {
          throw notA("'.', for none", at);
        }
      }
    }
  }

  private void tag() throws EntryException {
    int at = next("a tag of letters and digits");
    String tag = entry.text(at);
    if (!tag.matches("[A-Za-z0-9]{1,255}")) {
      throw notA("a tag of letters and digits", at);
    }
    data.write(tag.length());
    data.writeBytes(tag.getBytes(StandardCharsets.US_ASCII));
  }

  private void salt() throws EntryException {
    int at = next("a salt in hexadecimal, or -");
    String digits = entry.text(at).equals("-") ? "" : entry.text(at);
    if (digits.length() > 510) {
      throw notA("a salt of up to 255 octets", at);
    }
    data.write(digits.length() / 2);
    hex(digits);
  }

  private void base32(int at) throws EntryException {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    int bits = 0;
    int pending = 0;
    for (char digit : entry.text(at).toUpperCase(Locale.ROOT).toCharArray()) {
      int value = BASE32_HEX.indexOf(digit);
      if (value < 0) {
        throw notA("a hash in base32hex", at);
      }
      pending = (pending << 5 | value) & 0xFFFF;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        octets.write(pending >> bits);
      }
    }
    if (octets.size() == 0 || octets.size() > 255) {
      throw notA("a hash of 1 to 255 octets", at);
    }
    data.write(octets.size());
    data.writeBytes(octets.toByteArray());
  }

  private void time(int at) throws EntryException {
    try {
      putNumber(LocalDateTime.parse(entry.text(at), TIME).toEpochSecond(ZoneOffset.UTC), 4);
    } catch (DateTimeParseException e) {
      throw notA("a time as 20260131120000", at);
    }
  }

  private EntryException notA(String expected, int at) {
    return new EntryException(
        entry.start(at), "expected " + expected + ", found " + Wording.quoted(entry.text(at)));
  }
}
