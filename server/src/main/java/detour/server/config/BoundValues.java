package detour.server.config;

import detour.server.options.Option;
import detour.server.options.Values;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The values of one mapping while and after they are read.
final class BoundValues implements Values {
  private final Map<String, Object> values = new HashMap<>();
  private final Set<String> incomplete = new HashSet<>();
  private boolean failed;

  /// @param value null when it was given and will not do
  /// @param whole false when only parts of it will do
  void put(Option<?> option, @Nullable Object value, boolean whole) {
    if (value != null) {
      values.put(option.key(), value);
    }
    if (value == null || !whole) {
      failed = true;
      incomplete.add(option.key());
    }
  }

  void fail() {
    failed = true;
  }

  /// Whether anything in the mapping will not do.
  boolean failed() {
    return failed;
  }

  /// Whether the option was given and not all of it will do.
  boolean incomplete(Option<?> option) {
    return incomplete.contains(option.key());
  }

  @Override
  public <V> V of(Option<V> option) {
    V value = orNull(option);
    if (value == null) {
      throw new IllegalStateException("the key " + option.key() + " has no value");
    }
    return value;
  }

  // The binder puts under an option's key only what the option's type yields.
  @SuppressWarnings("unchecked")
  @Override
  public <V> @Nullable V orNull(Option<V> option) {
    Object value = values.get(option.key());
    return value == null ? option.fallback() : (V) value;
  }
}
