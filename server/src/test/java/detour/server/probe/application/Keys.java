package detour.server.probe.application;

import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Values;
import detour.server.probe.ProbeKind;
import detour.server.probe.ProbeResult;
import detour.server.probe.Probing;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Checks made from keys as a configuration gives them, each value already of its option's type,
/// unless that is text.
final class Keys {
  private Keys() {}

  static Values of(Map<String, ?> given) {
    return new Values() {
      @Override
      public <V> V of(Option<V> option) {
        V value = orNull(option);
        if (value == null) {
          throw new IllegalStateException(option.key());
        }
        return value;
      }

      @Override
      @SuppressWarnings("unchecked")
      public <V> @Nullable V orNull(Option<V> option) {
        Object value = given.get(option.key());
        if (value instanceof String text) {
          return read(option.type(), text);
        }
        return value == null ? option.fallback() : (V) value;
      }
    };
  }

  @SuppressWarnings("unchecked")
  private static <V> V read(OptionType<V> type, String text) {
    return switch (type) {
      case OptionType.Text<?> words -> (V) words.read().apply(text);
      case OptionType.Choice<?> choice ->
          (V) choice.type().getEnumConstants()[choice.words().indexOf(text)];
      default -> throw new IllegalArgumentException(type.toString());
    };
  }

  /// The keys, and one more or another.
  static Map<String, Object> with(Map<String, ?> keys, Object... more) {
    Map<String, Object> all = new HashMap<>(keys);
    for (int i = 0; i < more.length; i += 2) {
      all.put((String) more[i], more[i + 1]);
    }
    return all;
  }

  static ProbeResult probe(ProbeKind kind, String address, Duration timeout, Map<String, ?> given)
      throws InterruptedException {
    return Probing.run(kind.name(), kind.settings(of(given)), address, timeout);
  }
}
