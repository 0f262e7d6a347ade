package detour.server.probe.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Searches text from the network for a regular expression within a bound of work, which holds over
/// all searches of one object: some expressions take exponential time on text that is made for it.
/// Confined to one thread.
public final class BoundedSearch {
  public static final int NO_MATCH = -1;

  /// The bound is reached; further searches give the same.
  public static final int TOO_HARD = -2;

  private final Pattern pattern;
  private long readsLeft;

  /// @param characterReadsMax how often a character of the text may be looked at
  public BoundedSearch(Pattern pattern, long characterReadsMax) {
    this.pattern = pattern;
    this.readsLeft = characterReadsMax;
  }

  /// The end of the first match that begins at `from` or later, [#NO_MATCH] or [#TOO_HARD]. To the
  /// expression the text begins at `from`.
  public int endOfMatch(CharSequence text, int from) {
    try {
      Matcher matcher = pattern.matcher(new Counted(text)).region(from, text.length());
      return matcher.find() ? matcher.end() : NO_MATCH;
    } catch (ReadsUsedUp | StackOverflowError tooHard) {
      // Alternatives within a repetition take stack for each character they match.
      readsLeft = 0;
      return TOO_HARD;
    }
  }

  private final class Counted implements CharSequence {
    private final CharSequence text;

    Counted(CharSequence text) {
      this.text = text;
    }

    @Override
    public char charAt(int index) {
      if (--readsLeft < 0) {
        throw new ReadsUsedUp();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }

  private static final class ReadsUsedUp extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReadsUsedUp() {
      super("the bound of reads is reached", null, false, false);
    }
  }
}
