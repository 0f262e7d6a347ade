package detour.dns.wire;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/// Writes RDATA as it stands in a zone file. Names are absolute, so that the text means the same
/// below any origin.
public final class DataText {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMddHHmmss");
  private static final String BASE32_HEX = "0123456789ABCDEFGHIJKLMNOPQRSTUV";

  private final byte[] data;
  private final StringBuilder text = new StringBuilder();
  private int at;

  private DataText(byte[] data) {
    this.data = data;
  }

  /// The presentation form; `\# LENGTH HEX` for types that are not known, and for data that is not
  /// what its type demands (RFC 3597 section 5).
  ///
  /// @param type 0 to 65535
  /// @param rdata uncompressed
  public static String write(int type, byte[] rdata) {
    List<DataField> fields = RecordFormat.of(type);
    if (fields.isEmpty()) {
      return opaque(rdata);
    }
    try {
      return new DataText(rdata).fields(fields);
    } catch (MalformedData e) {
      return opaque(rdata);
    }
  }

  /// Whether RDATA is what its type demands; true for types that are not known.
  ///
  /// @param rdata uncompressed
  public static boolean isWellFormed(int type, byte[] rdata) {
    List<DataField> fields = RecordFormat.of(type);
    if (fields.isEmpty()) {
      return true;
    }
    try {
      new DataText(rdata).fields(fields);
      return true;
    } catch (MalformedData e) {
      return false;
    }
  }

  private static String opaque(byte[] rdata) {
    String hex = HexFormat.of().formatHex(rdata);
    return "\\# " + rdata.length + (hex.isEmpty() ? "" : " " + hex);
  }

  private String fields(List<DataField> fields) throws MalformedData {
    for (DataField field : fields) {
      int before = text.length();
      if (before > 0) {
        text.append(' ');
      }
      int start = text.length();
      write(field);
      if (text.length() == start) {
        text.setLength(before);
      }
    }
    demand(at == data.length);
    return text.toString();
  }

  private void write(DataField field) throws MalformedData {
    switch (field) {
      case U8 -> text.append(number(1));
      case U16 -> text.append(number(2));
      case U32 -> text.append(number(4));
      case U64 -> text.append(Long.toUnsignedString(number(8)));
      case NAME -> text.append(name());
      case TEXT -> quote(take((int) number(1)));
      case TEXTS -> texts();
      case TEXT_REST -> quote(rest());
      case TAG -> tag();
      case IPV4 -> text.append(AddressText.ipv4(take(4)));
      case IPV6 -> text.append(AddressText.ipv6(take(16)));
      case HEX_REST -> text.append(hex(some(rest())));
      case BASE64_REST -> text.append(Base64.getEncoder().encodeToString(some(rest())));
      case BASE64_OPTIONAL -> text.append(Base64.getEncoder().encodeToString(rest()));
      case SALT -> salt();
      case HASHED_NAME -> base32(some(take((int) number(1))));
      case TYPES -> types();
      case TYPE -> text.append(RecordType.name((int) number(2)));
      case TIME ->
          text.append(TIME.format(LocalDateTime.ofEpochSecond(number(4), 0, ZoneOffset.UTC)));
      case LOCATOR -> grouped(4, 2, ':');
      case EUI48 -> grouped(6, 1, '-');
      case EUI64 -> grouped(8, 1, '-');
      case NSAP -> text.append("0x").append(hex(some(rest())));
      case IPSEC_GATEWAY -> ipsecGateway();
      case AMT_RELAY -> amtRelay();
      case PREFIXES -> text.append(AddressText.prefixes(rest()));
      case LOCATION -> text.append(LocationText.write(take(16)));
      case HOST_IDENTITY -> hostIdentity();
      case PARAMETERS -> text.append(ParameterText.write(rest()));
    }
  }

  private long number(int octets) throws MalformedData {
    long number = 0;
    for (byte octet : take(octets)) {
      number = number << 8 | (octet & 0xFF);
    }
    return number;
  }

  private byte[] take(int octets) throws MalformedData {
    demand(octets <= data.length - at);
    at += octets;
    return Arrays.copyOfRange(data, at - octets, at);
  }

  private byte[] rest() throws MalformedData {
    return take(data.length - at);
  }

  private static byte[] some(byte[] octets) throws MalformedData {
    demand(octets.length > 0);
    return octets;
  }

  private static void demand(boolean holds) throws MalformedData {
    if (!holds) {
      throw new MalformedData();
    }
  }

  private static String hex(byte[] octets) {
    return HexFormat.of().withUpperCase().formatHex(octets);
  }

  private Name name() throws MalformedData {
    int octets = Name.octetsAt(data, at);
    demand(octets > 0);
    return Name.ofWire(take(octets));
  }

  private void texts() throws MalformedData {
    demand(at < data.length);
    quote(take((int) number(1)));
    while (at < data.length) {
      text.append(' ');
      quote(take((int) number(1)));
    }
  }

  private void quote(byte[] octets) {
    text.append('"');
    ParameterText.escape(octets, text);
    text.append('"');
  }

  private void tag() throws MalformedData {
    byte[] tag = some(take((int) number(1)));
    for (byte octet : tag) {
      demand(Character.isLetterOrDigit(octet & 0xFF) && octet > 0);
    }
    text.append(new String(tag, StandardCharsets.US_ASCII));
  }

  private void salt() throws MalformedData {
    byte[] salt = take((int) number(1));
    text.append(salt.length == 0 ? "-" : hex(salt));
  }

  private void base32(byte[] octets) {
    int bits = 0;
    int pending = 0;
    for (byte octet : octets) {
      pending = (pending << 8 | (octet & 0xFF)) & 0xFFFF;
      for (bits += 8; bits >= 5; bits -= 5) {
        text.append(BASE32_HEX.charAt(pending >> (bits - 5) & 31));
      }
    }
    if (bits > 0) {
      text.append(BASE32_HEX.charAt(pending << (5 - bits) & 31));
    }
  }

  /// RFC 4034 section 4.1.2: windows upwards, without empty ones and without trailing zeros.
  private void types() throws MalformedData {
    int last = -1;
    boolean first = true;
    while (at < data.length) {
      int window = (int) number(1);
      byte[] bits = take((int) number(1));
      demand(window > last && bits.length > 0 && bits.length <= 32 && bits[bits.length - 1] != 0);
      last = window;
      for (int bit = 0; bit < bits.length * 8; bit++) {
        if ((bits[bit / 8] & 0x80 >> (bit % 8)) != 0) {
          text.append(first ? "" : " ").append(RecordType.name(window << 8 | bit));
          first = false;
        }
      }
    }
  }

  private void grouped(int groups, int octets, char separator) throws MalformedData {
    for (int i = 0; i < groups; i++) {
      text.append(i == 0 ? "" : separator).append(HexFormat.of().formatHex(take(octets)));
    }
  }

  private void ipsecGateway() throws MalformedData {
    long precedence = number(1);
    int kind = (int) number(1);
    text.append(precedence).append(' ').append(kind).append(' ').append(number(1)).append(' ');
    gateway(kind);
  }

  private void amtRelay() throws MalformedData {
    long precedence = number(1);
    int kind = (int) number(1);
    text.append(precedence).append(' ').append(kind >> 7).append(' ').append(kind & 0x7F);
    text.append(' ');
    gateway(kind & 0x7F);
  }

  private void gateway(int kind) throws MalformedData {
    switch (kind) {
      case 0 -> text.append('.');
      case 1 -> write(DataField.IPV4);
      case 2 -> write(DataField.IPV6);
      case 3 -> write(DataField.NAME);
      default -> throw new MalformedData();
    }
  }

  private void hostIdentity() throws MalformedData {
    int tagOctets = (int) number(1);
    long algorithm = number(1);
    int keyOctets = (int) number(2);
    text.append(algorithm).append(' ').append(hex(some(take(tagOctets)))).append(' ');
    text.append(Base64.getEncoder().encodeToString(some(take(keyOctets))));
    while (at < data.length) {
      text.append(' ').append(name());
    }
  }
}
