package detour.server.cluster.store;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;

/// What no store takes: such arguments are a fault of this program and throw at once.
final class Arguments {
  static final int VALUE_BYTES_MAX = 1_000_000;

  private Arguments() {}

  /// @throws IllegalArgumentException when it is empty
  static void requireKey(String key) {
    if (key.isEmpty()) {
      throw new IllegalArgumentException("a key cannot be empty");
    }
  }

  /// @throws IllegalArgumentException when there are none or too many
  static void requireKeys(Collection<String> keys) {
    requireDistinct(keys, 1);
  }

  /// @throws IllegalArgumentException when there are too many operations, a key occurs twice or a
  ///   value is too long
  static void requireTransaction(List<Condition> conditions, List<Write> writes) {
    requireDistinct(conditions.stream().map(Condition::key).toList(), 0);
    requireDistinct(writes.stream().map(Write::key).toList(), 1);
    for (Write write : writes) {
      if (write instanceof Write.Put put && put.value().length > VALUE_BYTES_MAX) {
        throw new IllegalArgumentException(
            "%s: a value of %d bytes is more than %d"
                .formatted(put.key(), put.value().length, VALUE_BYTES_MAX));
      }
    }
  }

  /// @return the whole seconds
  /// @throws IllegalArgumentException when it is less than one
  static long requireSeconds(Duration timeToLive) {
    if (timeToLive.toSeconds() < 1) {
      throw new IllegalArgumentException("a lease lasts at least a second, not " + timeToLive);
    }
    return timeToLive.toSeconds();
  }

  private static void requireDistinct(Collection<String> keys, int least) {
    if (keys.size() < least || keys.size() > SharedStore.OPERATIONS_MAX) {
      throw new IllegalArgumentException(
          "from %d to %d keys, not %d".formatted(least, SharedStore.OPERATIONS_MAX, keys.size()));
    }
    if (new HashSet<>(keys).size() < keys.size()) {
      throw new IllegalArgumentException("a key occurs twice among " + keys);
    }
    keys.forEach(Arguments::requireKey);
  }
}
