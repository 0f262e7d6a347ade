package detour.server.zones;

import org.jspecify.annotations.Nullable;

/// One thing that is wrong with a zone, or probably not meant.
///
/// @param rule its name, as the guide explains it
/// @param file null where no single place is to blame
/// @param line counted from 1; 0 for the zone as a whole
/// @param column counted from 1; 0 for the zone as a whole
/// @param message the whole sentence, without place and rule
public record Finding(
    Severity severity, String rule, @Nullable String file, int line, int column, String message) {

  /// How bad it is.
  public enum Severity {
    /// The zone is refused.
    ERROR,
    /// The zone is served as it is.
    WARNING
  }

  static Finding warning(String rule, ZoneRecord record, String message) {
    RecordPlace place = record.place();
    return new Finding(
        Severity.WARNING,
        rule,
        place == null ? null : place.file(),
        place == null ? 0 : place.line(),
        place == null ? 0 : place.column(),
        message);
  }

  static Finding error(String rule, @Nullable String file, int line, int column, String message) {
    return new Finding(Severity.ERROR, rule, file, line, column, message);
  }

  /// As `example.com.zone:7:1: `; empty where there is no place.
  public String placeText() {
    return file == null ? "" : file + (line > 0 ? ":" + line + ":" + column : "") + ": ";
  }
}
