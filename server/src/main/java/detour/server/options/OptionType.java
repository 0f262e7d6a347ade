package detour.server.options;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// What a key's value may be: how it is read, and how the JSON Schema says so. Values carry no
/// position; the reader adds it.
public sealed interface OptionType<V> {

  /// Any text that `read` accepts; `read` throws IllegalArgumentException with what was expected.
  record Text<V>(String expected, Function<String, V> read, String jsonPattern)
      implements OptionType<V> {}

  record Whole(long min, long max) implements OptionType<Integer> {}

  record Flag() implements OptionType<Boolean> {}

  /// As `500ms`, `5s`, `2m`, `1h`.
  record Span(Duration min, Duration max) implements OptionType<Duration> {}

  record Choice<E extends Enum<E>>(Class<E> type) implements OptionType<E> {}

  /// A list; a single value stands for a list of one.
  record Many<V>(OptionType<V> item) implements OptionType<List<V>> {}

  /// A mapping with free keys.
  record Named<V>(OptionType<V> item) implements OptionType<Map<String, V>> {}

  /// A nested mapping with declared keys.
  ///
  /// @param build makes the value; throws IllegalArgumentException for what only the whole can show
  ///   to be wrong
  record Section<V>(List<Option<?>> options, Function<Values, V> build) implements OptionType<V> {}
}
