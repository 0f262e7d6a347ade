package detour.server.probe.socket;

import detour.server.probe.text.BoundedSearch;
import detour.server.probe.text.OneLine;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// What must occur in what the other side says.
sealed interface Expectation {
  /// How often a probe's search for an expression may look at a character: enough to search the
  /// longest answer anew for each of a hundred segments.
  long CHARACTER_READS_MAX = 8_000_000;

  /// For a detail, as `'+PONG'`.
  String shown();

  /// A search whose bound of work is not used up yet.
  Search search();

  /// Looks for what is expected.
  interface Search {
    /// The end of the first occurrence at `from` or later, or a negative value of [BoundedSearch].
    ///
    /// @param received one character for each octet
    int endOfMatch(StringBuilder received, int from);
  }

  /// These very octets.
  record Exactly(Octets octets) implements Expectation {
    @Override
    public String shown() {
      return octets.shown();
    }

    @Override
    public Search search() {
      String wanted = octets.latin1();
      return (received, from) -> {
        int at = received.indexOf(wanted, from);
        return at < 0 ? BoundedSearch.NO_MATCH : at + wanted.length();
      };
    }
  }

  /// Octets that match a regular expression; `^` and `$` match at line ends too.
  record Matching(String expression) implements Expectation {
    private static final int SHOWN_MAX = 60;

    /// @throws IllegalArgumentException when it is no regular expression
    static Matching of(String expression) {
      Matching matching = new Matching(expression);
      try {
        var _ = matching.pattern();
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException(
            "not a regular expression: " + e.getDescription() + " at " + e.getIndex(), e);
      }
      return matching;
    }

    /// Characters beyond ASCII are expected as their UTF-8.
    private Pattern pattern() {
      byte[] utf8 = expression.getBytes(StandardCharsets.UTF_8);
      return Pattern.compile(new String(utf8, StandardCharsets.ISO_8859_1), Pattern.MULTILINE);
    }

    @Override
    public String shown() {
      return "/" + OneLine.of(expression, SHOWN_MAX) + "/";
    }

    @Override
    public Search search() {
      BoundedSearch search = new BoundedSearch(pattern(), CHARACTER_READS_MAX);
      return search::endOfMatch;
    }
  }
}
