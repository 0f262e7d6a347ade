package detour.dns.wire;

import java.util.Locale;

/// The place of a LOC record in presentation form (RFC 1876 section 3).
final class LocationText {
  private static final long EQUATOR = 1L << 31;
  private static final long MILLIS_PER_DEGREE = 3_600_000;
  private static final long SEA_LEVEL_CENTIMETRES = 10_000_000;

  private LocationText() {}

  /// @param data 16 octets
  static String write(byte[] data) throws MalformedData {
    if (data[0] != 0) {
      // RFC 1876 section 2: data of another version has another form.
      throw new MalformedData();
    }
    long altitude = Integer.toUnsignedLong(Layouts.signedInt(data, 12)) - SEA_LEVEL_CENTIMETRES;
    return angle(Layouts.signedInt(data, 4), 90, 'N', 'S')
        + " "
        + angle(Layouts.signedInt(data, 8), 180, 'E', 'W')
        + " "
        + metres(altitude)
        + " "
        + metres(size(data[1]))
        + " "
        + metres(size(data[2]))
        + " "
        + metres(size(data[3]));
  }

  private static String angle(int word, int mostDegrees, char positive, char negative)
      throws MalformedData {
    long millis = Integer.toUnsignedLong(word) - EQUATOR;
    long distance = Math.abs(millis);
    if (distance > mostDegrees * MILLIS_PER_DEGREE) {
      throw new MalformedData();
    }
    return String.format(
        Locale.ROOT,
        "%d %d %d.%03d %c",
        distance / MILLIS_PER_DEGREE,
        distance / 60_000 % 60,
        distance / 1000 % 60,
        distance % 1000,
        millis < 0 ? negative : positive);
  }

  /// Centimetres: four bits of base, four of the power of ten.
  private static long size(byte octet) throws MalformedData {
    int base = octet >> 4 & 15;
    int power = octet & 15;
    // One size has one form: no power without a base.
    if (base > 9 || power > 9 || (base == 0 && power > 0)) {
      throw new MalformedData();
    }
    long size = base;
    for (int i = 0; i < power; i++) {
      size *= 10;
    }
    return size;
  }

  private static String metres(long centimetres) {
    long distance = Math.abs(centimetres);
    return String.format(
        Locale.ROOT, "%s%d.%02dm", centimetres < 0 ? "-" : "", distance / 100, distance % 100);
  }
}
