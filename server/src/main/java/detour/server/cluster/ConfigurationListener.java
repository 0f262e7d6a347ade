package detour.server.cluster;

import org.jspecify.annotations.Nullable;

/// Told which configuration all nodes of the cluster shall run. On the cluster thread, so it must
/// return at once.
@FunctionalInterface
public interface ConfigurationListener {
  /// For a node with a file of its own.
  ConfigurationListener NOBODY = value -> {};

  /// @param value the entry `config/current`; null when it was removed
  void current(byte @Nullable [] value);
}
