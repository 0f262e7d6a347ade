package detour.server.config;

/// Times in zone files: seconds, or numbers with the units w, d, h, m and s, as `1h30m`.
final class ZoneTimes {
  /// RFC 2181 section 8.
  private static final long MOST_SECONDS = Integer.MAX_VALUE;

  private ZoneTimes() {}

  /// Seconds; -1 when the octets are no time or more than 2^31-1 seconds.
  static long parse(byte[] bytes, int start, int end) {
    long total = 0;
    long number = -1;
    boolean units = false;
    for (int at = start; at < end; at++) {
      if (ZoneEntries.isDigit(bytes[at])) {
        number = Math.max(number, 0) * 10 + bytes[at] - '0';
      } else {
        long unit = unitSeconds(bytes[at]);
        if (unit == 0 || number < 0) {
          return -1;
        }
        total += number * unit;
        number = -1;
        units = true;
      }
      if (number > MOST_SECONDS || total > MOST_SECONDS) {
        return -1;
      }
    }
    if (number < 0) {
      return units ? total : -1;
    }
    // `1h30` would be read as half an hour by one person and as 30 seconds by the next.
    return units ? -1 : number;
  }

  private static long unitSeconds(byte unit) {
    return switch (unit) {
      case 's', 'S' -> 1;
      case 'm', 'M' -> 60;
      case 'h', 'H' -> 3_600;
      case 'd', 'D' -> 86_400;
      case 'w', 'W' -> 604_800;
      default -> 0;
    };
  }
}
