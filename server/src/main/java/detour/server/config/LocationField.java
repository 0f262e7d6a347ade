package detour.server.config;

import java.math.BigDecimal;
import java.nio.ByteBuffer;

/// Reads the place of a LOC record (RFC 1876 section 3): latitude, longitude, altitude, and perhaps
/// size and two precisions, in metres.
final class LocationField {
  private static final String EXPECTED =
      "a place, as 52 22 23.000 N 4 53 32.000 E -2.00m 1m 10000m 10m";
  private static final long EQUATOR = 1L << 31;
  private static final BigDecimal MOST_CENTIMETRES = new BigDecimal("9000000000");
  private static final BigDecimal SEA_LEVEL = new BigDecimal("10000000");
  private static final BigDecimal HIGHEST = new BigDecimal("4294967295");

  private final ZoneEntries entry;
  private int token;

  private LocationField(ZoneEntries entry, int token) {
    this.entry = entry;
    this.token = token;
  }

  /// The 16 octets of the data that begins at a token and reaches to the end of the entry.
  static byte[] read(ZoneEntries entry, int token) throws EntryException {
    return new LocationField(entry, token).read();
  }

  private byte[] read() throws EntryException {
    int latitude = angle(90, 'N', 'S');
    int longitude = angle(180, 'E', 'W');
    BigDecimal altitude = centimetres(next()).add(SEA_LEVEL);
    if (altitude.signum() < 0 || altitude.compareTo(HIGHEST) > 0) {
      throw bad();
    }
    byte size = size("1m");
    byte horizontal = size("10000m");
    byte vertical = size("10m");
    if (token < entry.size()) {
      throw bad();
    }
    return ByteBuffer.allocate(16)
        .put((byte) 0)
        .put(size)
        .put(horizontal)
        .put(vertical)
        .putInt(latitude)
        .putInt(longitude)
        .putInt(altitude.intValue())
        .array();
  }

  private String next() throws EntryException {
    if (token >= entry.size()) {
      throw bad();
    }
    return entry.text(token++);
  }

  /// Degrees, and perhaps minutes and seconds, then the hemisphere.
  private int angle(int mostDegrees, char positive, char negative) throws EntryException {
    long millis = 0;
    for (int part = 0; part < 4; part++) {
      String text = next();
      if (text.equalsIgnoreCase(String.valueOf(positive))
          || text.equalsIgnoreCase(String.valueOf(negative))) {
        if (part == 0 || millis > mostDegrees * 3_600_000L) {
          throw bad();
        }
        boolean south = text.equalsIgnoreCase(String.valueOf(negative));
        return (int) (EQUATOR + (south ? -millis : millis));
      }
      String form = part < 2 ? "[0-9]{1,3}" : "[0-9]{1,2}(\\.[0-9]{1,3})?";
      if (part == 3 || !text.matches(form)) {
        throw bad();
      }
      BigDecimal value = new BigDecimal(text);
      if (part > 0 && value.compareTo(BigDecimal.valueOf(60)) >= 0) {
        throw bad();
      }
      long unit = part == 0 ? 3_600_000 : part == 1 ? 60_000 : 1_000;
      millis += value.multiply(BigDecimal.valueOf(unit)).longValueExact();
    }
    throw bad();
  }

  private BigDecimal centimetres(String text) throws EntryException {
    if (!text.matches("-?[0-9]{1,9}(\\.[0-9]{1,2})?m?")) {
      throw bad();
    }
    String number = text.endsWith("m") ? text.substring(0, text.length() - 1) : text;
    return new BigDecimal(number).movePointRight(2);
  }

  /// RFC 1876 section 2: one digit and a power of ten.
  private byte size(String otherwise) throws EntryException {
    BigDecimal size = centimetres(token < entry.size() ? next() : otherwise);
    if (size.signum() < 0 || size.compareTo(MOST_CENTIMETRES) > 0) {
      throw bad();
    }
    long base = size.longValue();
    int power = 0;
    while (base > 9) {
      base /= 10;
      power++;
    }
    return (byte) (base << 4 | power);
  }

  private EntryException bad() {
    int at = Math.max(0, Math.min(token, entry.size()) - 1);
    return new EntryException(
        entry.start(at), "expected " + EXPECTED + ", found " + Wording.quoted(entry.text(at)));
  }
}
