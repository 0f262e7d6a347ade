package detour.server.probe.application;

import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.ProbeRun;
import detour.server.probe.text.OneLine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a check asks of a database in its own words.
///
/// @param expected the first column of the first row; null where any answer will do
record Query(String sql, @Nullable String expected) {
  private static final int SHOWN_LENGTH_MAX = 60;

  private static final Option<String> QUERY =
      Option.optional(
          "query",
          new OptionType.Text<>("a query", Query::sql, "^[\\s\\S]{1,4096}$"),
          "A query to run; it should be quick, and its answer short.");
  private static final Option<String> EXPECT =
      Option.optional(
          "expect",
          new OptionType.Text<>("text", Query::expected, "^[\\s\\S]{0,1024}$"),
          "What the first column of the query's first row must be, as text. Without it, any answer"
              + " passes that is no error.");

  static List<Option<?>> options() {
    return List.of(QUERY, EXPECT);
  }

  /// Null where none is asked.
  static @Nullable Query of(Values values) {
    String sql = values.orNull(QUERY);
    String expected = values.orNull(EXPECT);
    if (sql == null) {
      if (expected != null) {
        throw new IllegalArgumentException("expect has no effect without query");
      }
      return null;
    }
    return new Query(sql, expected);
  }

  /// Ends the run by what the query answered.
  ///
  /// @param found what is known of the server, for the detail of a pass
  /// @param answered whether there was a row
  /// @param value its first column; null for NULL
  void judge(ProbeRun run, String found, boolean answered, @Nullable String value) {
    String told = told(answered, value);
    if (expected == null || expected.equals(value)) {
      run.pass(found + ", " + told);
    } else {
      run.fail(told + ", expected " + quoted(expected));
    }
  }

  /// As `the query answers 't'`.
  private static String told(boolean answered, @Nullable String value) {
    if (!answered) {
      return "the query answers no row";
    }
    return "the query answers " + (value == null ? "NULL" : quoted(value));
  }

  private static String quoted(String value) {
    return "'" + OneLine.of(value, SHOWN_LENGTH_MAX) + "'";
  }

  private static String sql(String text) {
    if (text.isBlank() || text.length() > 4096 || text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("it is empty, longer than 4096 characters, or not text");
    }
    return text;
  }

  private static String expected(String text) {
    if (text.length() > 1024) {
      throw new IllegalArgumentException("it is longer than 1024 characters");
    }
    return text;
  }
}
