package detour.server.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Times as people read them, relative to one moment.
record Times(Instant now, ZoneId zone) {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
  private static final DateTimeFormatter FULL =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  /// How long ago, in its two largest units: `3m 12s`.
  String since(Instant past) {
    return span(Duration.between(past, now));
  }

  /// How long from the present on; a time in the past is `0s`.
  String until(Instant future) {
    Duration left = Duration.between(now, future);
    // Rounded up: what is said to be safe in 24s must be so when they have passed.
    return span(left.toNanosPart() > 0 ? left.plusSeconds(1) : left);
  }

  boolean isAhead(Instant time) {
    return time.isAfter(now);
  }

  /// Time of day; with the date when it is another day's.
  String clock(Instant time) {
    boolean today = LocalDate.ofInstant(time, zone).equals(LocalDate.ofInstant(now, zone));
    return (today ? CLOCK : FULL).format(time.atZone(zone));
  }

  String full(Instant time) {
    return FULL.format(time.atZone(zone));
  }

  static String span(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3_600) {
      return seconds / 60 + "m" + rest(seconds % 60, "s");
    }
    if (seconds < 86_400) {
      return seconds / 3_600 + "h" + rest(seconds / 60 % 60, "m");
    }
    return seconds / 86_400 + "d" + rest(seconds / 3_600 % 24, "h");
  }

  static String milliseconds(double milliseconds) {
    return milliseconds < 10
        ? String.format(Locale.ROOT, "%.1f ms", milliseconds)
        : String.format(Locale.ROOT, "%.0f ms", milliseconds);
  }

  /// The same, as wide as what stands above and below it.
  static String alignedMilliseconds(double milliseconds) {
    return String.format(Locale.ROOT, "%8s", milliseconds(milliseconds));
  }

  private static String rest(long amount, String unit) {
    return amount == 0 ? "" : " " + amount + unit;
  }
}
