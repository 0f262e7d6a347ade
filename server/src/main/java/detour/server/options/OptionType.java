package detour.server.options;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// What a key's value may be: how it is read, and how the JSON Schema says so. Values carry no
/// position; the reader adds it, or [Located] asks for it.
public sealed interface OptionType<V> {

  /// Any text that `read` accepts; `read` throws IllegalArgumentException with what was expected.
  ///
  /// @param expected a noun phrase, as "an IP address"
  /// @param jsonPattern an ECMA-262 expression that every accepted text matches; it may match more
  record Text<V>(String expected, Function<String, V> read, String jsonPattern)
      implements OptionType<V> {
    /// Text that is taken as it is, but not empty.
    public static Text<String> any(String expected) {
      return new Text<>(expected, Text::notEmpty, "\\S");
    }

    private static String notEmpty(String text) {
      if (text.isBlank()) {
        throw new IllegalArgumentException("it is empty");
      }
      return text;
    }
  }

  record Whole(long min, long max) implements OptionType<Integer> {}

  record Flag() implements OptionType<Boolean> {}

  /// As `500ms`, `5s`, `2m`, `1h`, `1d`.
  record Span(Duration min, Duration max) implements OptionType<Duration> {}

  /// As `5s`, `2m`, `1h`, `1d`: what DNS can say, which knows no parts of a second.
  record Seconds(Duration min, Duration max) implements OptionType<Duration> {}

  /// One of an enum's constants, written in lower case.
  record Choice<E extends Enum<E>>(Class<E> type) implements OptionType<E> {
    /// The words that stand for the constants, in their order.
    public List<String> words() {
      return List.of(type.getEnumConstants()).stream().map(Choice::word).toList();
    }

    private static String word(Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT);
    }
  }

  /// A list of at least one item; a single value stands for a list of one.
  record Many<V>(OptionType<V> item) implements OptionType<List<V>> {}

  /// A mapping with free keys.
  ///
  /// @param key what a key may be
  record Named<V>(Text<String> key, OptionType<V> item) implements OptionType<Map<String, V>> {
    public Named(OptionType<V> item) {
      this(Text.any("a name"), item);
    }
  }

  /// A nested mapping with declared keys.
  ///
  /// @param build makes the value; throws IllegalArgumentException for what only the whole can show
  ///   to be wrong
  record Section<V>(List<Option<?>> options, Function<Values, V> build) implements OptionType<V> {}

  /// A list and nothing else.
  ///
  /// @param least how many items it must have
  record Items<V>(OptionType<V> item, int least) implements OptionType<List<V>> {}

  /// Another type's value together with its place.
  record Located<V>(OptionType<V> item) implements OptionType<Placed<V>> {}

  /// Made from another type's value.
  ///
  /// @param make throws IllegalArgumentException when the value will not do
  record Made<A, V>(OptionType<A> from, Function<A, V> make) implements OptionType<V> {}

  /// One of several forms, told apart by their YAML shape: text, whole number, flag, list or
  /// mapping.
  ///
  /// @param forms no two of one shape
  record Either<V>(List<OptionType<? extends V>> forms) implements OptionType<V> {}

  /// A mapping whose form is told by which key it has; every form is a [Section] or a [Tagged] that
  /// knows this key.
  record ByKey<V>(Map<String, OptionType<? extends V>> forms) implements OptionType<V> {}

  /// A mapping whose form is told by one key's value, as `type: http`.
  ///
  /// @param tag the key
  /// @param doc of the tag, for the reference page
  /// @param forms by value of that key; their options do not contain the tag itself
  record Tagged<V>(String tag, String doc, Map<String, Section<V>> forms)
      implements OptionType<V> {}
}
