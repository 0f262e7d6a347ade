package detour.server.options;

import org.jspecify.annotations.Nullable;

/// The values of one mapping, each of its option's type, defaults filled in.
public interface Values {
  /// @throws IllegalStateException when the option is neither required nor has a default nor was
  ///   given
  <V> V of(Option<V> option);

  /// Null when it was not given and has no default.
  <V> @Nullable V orNull(Option<V> option);
}
