package detour.server.probe.local;

import detour.server.probe.text.OneLine;
import java.util.Locale;

/// What the text of a state file says.
///
/// @param detail one line for people
record FileState(Kind kind, String detail) {
  enum Kind {
    UP,
    DEGRADED,
    DOWN,
    /// The text says none of the known words.
    UNKNOWN
  }

  private static final int SHOWN_MAX = 120;

  /// Reads the first line that is not blank: a word, and after it whatever is to be shown to
  /// people.
  static FileState of(String text) {
    String line = text.lines().map(String::strip).filter(l -> !l.isEmpty()).findFirst().orElse("");
    if (line.isEmpty()) {
      return new FileState(Kind.UNKNOWN, "the file is empty: expected up, degraded or down");
    }
    int end = 0;
    while (end < line.length() && Character.isLetterOrDigit(line.charAt(end))) {
      end++;
    }
    String word = line.substring(0, end);
    String rest = line.substring(end).replaceFirst("^[\\s:,;-]+", "").strip();
    Kind kind = kind(word.toLowerCase(Locale.ROOT));
    if (kind == Kind.UNKNOWN) {
      return new FileState(
          kind,
          "the file says '" + OneLine.of(line, SHOWN_MAX) + "': expected up, degraded or down");
    }
    return new FileState(kind, "the file says " + word + (rest.isEmpty() ? "" : ": " + rest));
  }

  private static Kind kind(String word) {
    return switch (word) {
      case "up", "ok", "ready", "pass", "true", "1" -> Kind.UP;
      case "degraded", "warning", "warn" -> Kind.DEGRADED;
      case "down", "fail", "failed", "drain", "maint", "maintenance", "stopped", "false", "0" ->
          Kind.DOWN;
      default -> Kind.UNKNOWN;
    };
  }
}
