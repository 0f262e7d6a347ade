package detour.server.config;

import java.nio.file.Path;

/// What this node is called, what it does, and where it keeps what must survive a restart.
///
/// @param name the vantage's name; by default the host name
/// @param dataDir absolute
/// @param nameServerId what clients are told that ask which server this is; empty for nothing
public record NodeSettings(String name, Path dataDir, Role role, String nameServerId) {
  /// What a node of a cluster does.
  public enum Role {
    /// Answers queries, and probes.
    BOTH,
    /// Answers queries, and decides by what the vantages think.
    ANSWER,
    /// Probes for the others, and answers no queries.
    PROBE
  }
}
