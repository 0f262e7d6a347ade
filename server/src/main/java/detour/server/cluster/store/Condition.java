package detour.server.cluster.store;

import org.jspecify.annotations.Nullable;

/// What must be so for a transaction to be made.
public sealed interface Condition {

  String key();

  /// Whether it is so.
  ///
  /// @param entry what the key holds; null for nothing
  default boolean holds(@Nullable Entry entry) {
    return switch (this) {
      case Unchanged(var _, long modRevision) ->
          entry != null && entry.modRevision() == modRevision;
      case Absent _ -> entry == null;
      case Present _ -> entry != null;
    };
  }

  /// The key was not written since this revision of it, [Entry#modRevision()].
  record Unchanged(String key, long modRevision) implements Condition {
    public Unchanged {
      if (modRevision <= 0) {
        throw new IllegalArgumentException(key + ": no entry has revision " + modRevision);
      }
    }
  }

  /// The key does not exist.
  record Absent(String key) implements Condition {}

  /// The key exists, whatever it holds.
  record Present(String key) implements Condition {}
}
