package detour.server.cluster.store;

/// A watch under way.
@FunctionalInterface
public interface Watch extends AutoCloseable {
  /// Ends it without telling its listener. A call of the listener may be under way, and one more
  /// may come.
  @Override
  void close();
}
