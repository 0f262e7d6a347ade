package detour.server.cluster.store;

/// What must be so for a transaction to be made.
public sealed interface Condition {

  String key();

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
