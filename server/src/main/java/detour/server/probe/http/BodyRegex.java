package detour.server.probe.http;

import detour.server.probe.text.BoundedSearch;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// A regular expression that a body must match somewhere, with a bound on the work that takes.
///
/// The pattern is the operator's, the text is not: there are patterns that take a Java matcher
/// longer than the age of the universe for a text made to that end, hence [BoundedSearch].
final class BodyRegex {
  /// Some ten milliseconds of work.
  static final int LOOKS_MAX = 1_000_000;

  private final Pattern pattern;

  /// @throws IllegalArgumentException when it is no regular expression
  BodyRegex(String text) {
    try {
      pattern = Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(e.getDescription() + " at index " + e.getIndex(), e);
    }
  }

  enum Outcome {
    FOUND,
    NOT_FOUND,
    /// The matcher was stopped.
    TOO_MUCH_WORK
  }

  Outcome find(String text) {
    return switch (new BoundedSearch(pattern, LOOKS_MAX).endOfMatch(text, 0)) {
      case BoundedSearch.NO_MATCH -> Outcome.NOT_FOUND;
      case BoundedSearch.TOO_HARD -> Outcome.TOO_MUCH_WORK;
      default -> Outcome.FOUND;
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BodyRegex regex && regex.toString().equals(toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  @Override
  public String toString() {
    return pattern.pattern();
  }
}
