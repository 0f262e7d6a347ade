package detour.server.cluster.store;

/// What became of a transaction.
public sealed interface Commit {

  /// It was made.
  ///
  /// @param revision of all its writes
  record Committed(long revision) implements Commit {}

  /// A condition did not hold, and nothing was written.
  ///
  /// @param present what the keys of the conditions hold instead
  record Refused(Listing present) implements Commit {}
}
