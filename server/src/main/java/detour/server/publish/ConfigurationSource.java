package detour.server.publish;

/// Where a reload gets its configuration from. Called on a thread of its own, as it may read for
/// seconds.
@FunctionalInterface
public interface ConfigurationSource {
  /// @throws ConfigurationRefused with every problem that was found
  LoadedConfiguration load() throws ConfigurationRefused;
}
