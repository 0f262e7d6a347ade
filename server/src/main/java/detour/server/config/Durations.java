package detour.server.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations as they are written in the configuration: `500ms`, `5s`, `2m`, `1h`, `1d`.
final class Durations {
  static final String JSON_PATTERN = "^[0-9]{1,9}(ms|s|m|h|d)$";
  static final String JSON_PATTERN_SECONDS = "^[0-9]{1,9}(s|m|h|d)$";

  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  private Durations() {}

  /// @throws IllegalArgumentException with a hint for people, or no message
  static Duration parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw NUMBER.matcher(text).matches()
          ? new IllegalArgumentException("a unit is missing: write " + text + "s for seconds")
          : new IllegalArgumentException();
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }

  /// In the largest unit that loses nothing.
  static String text(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0s";
    }
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds % 3_600 == 0) {
      return seconds / 3_600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }
}
