package detour.server.cluster.store;

/// Which etcd cluster is talked to, by the id that each answer carries. Any thread.
///
/// An endpoint of a different cluster among the others is a mistake, and what it says must not be
/// mixed in. When the known cluster has not answered for a while it was probably built anew, as
/// after the restoring of a backup, and the other one takes its place.
final class ClusterIdentity {
  private static final long REPLACED_AFTER_NANOS = 30_000_000_000L;

  private long knownId;
  private long lastAnswerNanos;
  private int generation;

  /// Whether an answer with this id may be used.
  ///
  /// @param id unsigned, not 0
  synchronized boolean accepts(long id, long nowNanos) {
    if (id != knownId) {
      if (knownId != 0 && nowNanos - lastAnswerNanos < REPLACED_AFTER_NANOS) {
        return false;
      }
      generation += knownId == 0 ? 0 : 1;
      knownId = id;
    }
    lastAnswerNanos = nowNanos;
    return true;
  }

  /// Another number after each replacement.
  synchronized int generation() {
    return generation;
  }
}
