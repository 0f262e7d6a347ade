package detour.server.probe.http;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// A regular expression that a body must match somewhere, with a bound on the work that takes.
///
/// The pattern is the operator's, the text is not: there are patterns that take a Java matcher
/// longer than the age of the universe for a text made to that end. So each character that the
/// matcher looks at is counted, and it is stopped when it has looked too often.
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
    try {
      return pattern.matcher(new Counted(text)).find() ? Outcome.FOUND : Outcome.NOT_FOUND;
    } catch (TooMuchWork stopped) {
      return Outcome.TOO_MUCH_WORK;
    } catch (StackOverflowError deep) {
      // The matcher recurses: an alternative that repeats takes stack for each repetition.
      return Outcome.TOO_MUCH_WORK;
    }
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

  /// Thrown out of the matcher, which has no other way to be stopped.
  private static final class TooMuchWork extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooMuchWork() {
      super(null, null, false, false);
    }
  }

  /// A text that can be looked at so often only.
  private static final class Counted implements CharSequence {
    private final String text;
    private int looks;

    Counted(String text) {
      this.text = text;
    }

    @Override
    public char charAt(int index) {
      if (++looks > LOOKS_MAX) {
        throw new TooMuchWork();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
