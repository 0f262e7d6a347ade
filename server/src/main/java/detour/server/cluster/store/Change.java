package detour.server.cluster.store;

/// One change to one key.
public sealed interface Change {

  String key();

  /// The revision of the change; several keys changed by one transaction have the same.
  long revision();

  /// The key was created or written.
  record Put(Entry entry) implements Change {
    @Override
    public String key() {
      return entry.key();
    }

    @Override
    public long revision() {
      return entry.modRevision();
    }
  }

  /// The key was removed, or its lease ended.
  record Removed(String key, long revision) implements Change {}
}
