package detour.server.cluster.store;

/// One write of a transaction.
public sealed interface Write {

  String key();

  /// Creates the key or replaces its value.
  ///
  /// @param value at most a megabyte; not to be changed
  /// @param leaseId 0 to bind it to none, also when it was bound before
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Put(String key, byte[] value, long leaseId) implements Write {
    public Put(String key, byte[] value) {
      this(key, value, 0);
    }
  }

  /// Removes the key; nothing happens when it does not exist.
  record Remove(String key) implements Write {}
}
