package detour.server.config;

import detour.server.options.OptionType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// The words for what was found, what was expected and what may have been meant.
final class Wording {
  private static final int LONGEST_QUOTE = 60;

  private Wording() {}

  /// A noun phrase for the values of a type.
  static String expected(OptionType<?> type) {
    return switch (type) {
      case OptionType.Text<?> text -> text.expected();
      case OptionType.Whole whole -> "a whole number " + range(whole);
      case OptionType.Flag() -> "true or false";
      case OptionType.Span(Duration min, Duration max) ->
          "a duration from "
              + Durations.text(min)
              + " to "
              + Durations.text(max)
              + ", as 500ms, 5s, 2m or 1h";
      case OptionType.Seconds(Duration min, Duration max) ->
          "a duration in whole seconds from "
              + Durations.text(min)
              + " to "
              + Durations.text(max)
              + ", as 5s, 2m or 1h";
      case OptionType.Choice<?> choice -> alternatives(choice.words());
      case OptionType.Many<?> many -> expected(many.item()) + ", or a list of them";
      case OptionType.Items<?> _ -> "a list";
      case OptionType.Named<?> _ -> "a mapping from names";
      case OptionType.Section<?> _ -> "a mapping";
      case OptionType.Located<?> located -> expected(located.item());
      case OptionType.Made<?, ?> made -> expected(made.from());
      case OptionType.Either<?> either ->
          alternatives(either.forms().stream().map(Wording::expected).distinct().toList());
      case OptionType.ByKey<?> byKey -> "a mapping with " + alternatives(byKey.forms().keySet());
      case OptionType.Tagged<?> tagged -> "a mapping with " + tagged.tag();
    };
  }

  private static String range(OptionType.Whole whole) {
    return whole.max() == Integer.MAX_VALUE
        ? "of at least " + whole.min()
        : "from " + whole.min() + " to " + whole.max();
  }

  /// As `a, b or c`.
  static String alternatives(Collection<String> words) {
    List<String> list = List.copyOf(words);
    if (list.size() == 1) {
      return list.getFirst();
    }
    return String.join(", ", list.subList(0, list.size() - 1)) + " or " + list.getLast();
  }

  /// What stands at a node, as `'text'`, `the number 5`, `a list`.
  static String found(Node node) {
    return switch (node) {
      case ScalarNode scalar when scalar.getTag().equals(Tag.NULL) -> "nothing";
      case ScalarNode scalar when scalar.getTag().equals(Tag.STR) -> quoted(scalar.getValue());
      case ScalarNode scalar when scalar.getTag().equals(Tag.BOOL) -> scalar.getValue();
      case ScalarNode scalar -> "the number " + shortened(scalar.getValue());
      case MappingNode _ -> "a mapping";
      case SequenceNode sequence when sequence.getValue().isEmpty() -> "an empty list";
      default -> "a list";
    };
  }

  static String quoted(String text) {
    return "'" + shortened(text) + "'";
  }

  private static String shortened(String text) {
    String line = oneLine(text);
    return line.length() <= LONGEST_QUOTE
        ? line
        : line.substring(0, line.offsetByCodePoints(0, line.codePointCount(0, LONGEST_QUOTE)))
            + "...";
  }

  /// Control characters replaced, so that no file can paint on a terminal or fake a log line.
  static String oneLine(@Nullable String text) {
    return text == null
        ? ""
        : text.replaceAll("[\\s&&[^ ]]+", " ").replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}]", "\uFFFD");
  }

  /// `; did you mean 'x'?` when a known word is near, else nothing.
  static String suggestion(String unknown, Collection<String> known) {
    String wanted = unknown.toLowerCase(Locale.ROOT).replace('-', '_');
    List<String> near = new ArrayList<>();
    int least = Math.max(1, Math.min(3, wanted.length() / 3)) + 1;
    for (String word : known) {
      if (Math.abs(word.length() - wanted.length()) >= least && !isPart(wanted, word)) {
        continue;
      }
      int distance = isPart(wanted, word) ? 1 : distance(wanted, word.toLowerCase(Locale.ROOT));
      if (distance < least) {
        least = distance;
        near.clear();
      }
      if (distance == least && distance <= Math.max(1, wanted.length() / 3)) {
        near.add(quoted(word));
      }
    }
    return near.isEmpty() || near.size() > 3 ? "" : "; did you mean " + alternatives(near) + "?";
  }

  private static boolean isPart(String wanted, String word) {
    return wanted.length() >= 4 && (word.startsWith(wanted) || wanted.startsWith(word + "_"));
  }

  /// Damerau-Levenshtein distance with adjacent swaps: `zoens` is one away from `zones`.
  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least = Math.min(cost[i - 1][j], cost[i][j - 1]) + 1;
        least = Math.min(least, cost[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          least = Math.min(least, cost[i - 2][j - 2] + 1);
        }
        cost[i][j] = least;
      }
    }
    return cost[a.length()][b.length()];
  }
}
