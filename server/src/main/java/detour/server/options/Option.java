package detour.server.options;

import org.jspecify.annotations.Nullable;

/// One key of a mapping in the configuration.
///
/// @param key in snake_case
/// @param fallback the value when the key is missing; null when it is required or has no value by
///   default
/// @param doc one or two sentences for the reference page
public record Option<V>(
    String key, OptionType<V> type, @Nullable V fallback, boolean required, String doc) {

  public static <V> Option<V> required(String key, OptionType<V> type, String doc) {
    return new Option<>(key, type, null, true, doc);
  }

  public static <V> Option<V> optional(String key, OptionType<V> type, String doc) {
    return new Option<>(key, type, null, false, doc);
  }

  public static <V> Option<V> withDefault(String key, OptionType<V> type, V fallback, String doc) {
    return new Option<>(key, type, fallback, false, doc);
  }
}
