package detour.server.config;

import detour.server.options.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Collects the problems and warnings of one YAML file, up to a bound.
final class Problems {
  /// Nobody reads further, and a hostile file must not fill the memory with complaints.
  static final int MOST = 1_000;

  private final Function<Place, String> file;
  private final List<Problem> errors = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();
  private int count;

  /// @param file as the operator named it
  Problems(String file) {
    this(place -> file);
  }

  /// @param file as the operator named it, for a document that was joined from several files
  Problems(Function<Place, String> file) {
    this.file = file;
  }

  void report(Place place, String message) {
    report(place, message, null, null);
  }

  void report(Place place, String message, @Nullable String found, @Nullable String expected) {
    count++;
    if (errors.size() < MOST) {
      errors.add(problem(place, message, found, expected));
    }
  }

  /// As [#report], but nothing when the same was said of the same place: a value that several
  /// endpoints inherit is one mistake.
  void reportOnce(Place place, String message, @Nullable String found, @Nullable String expected) {
    Problem problem = problem(place, message, found, expected);
    if (!errors.contains(problem)) {
      report(place, message, found, expected);
    }
  }

  /// The usual sentence for one value that will not do.
  void mismatch(Place place, String found, String expected, String hint) {
    report(place, "expected " + expected + ", found " + found + hint, found, expected);
  }

  void warn(Place place, String message) {
    if (warnings.size() < MOST) {
      warnings.add(problem(place, message, null, null));
    }
  }

  /// As [#warn], but nothing when the same was said of the same place.
  void warnOnce(Place place, String message) {
    if (!warnings.contains(problem(place, message, null, null))) {
      warn(place, message);
    }
  }

  /// How many were reported, those beyond the bound included.
  int count() {
    return count;
  }

  List<Problem> errors() {
    return errors.stream().sorted().toList();
  }

  List<Problem> warnings() {
    return warnings.stream().sorted().toList();
  }

  private Problem problem(
      Place place, String message, @Nullable String found, @Nullable String expected) {
    return new Problem(
        file.apply(place), place.line(), place.column(), place.path(), message, found, expected);
  }
}
