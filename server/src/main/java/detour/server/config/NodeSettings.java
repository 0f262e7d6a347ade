package detour.server.config;

import java.nio.file.Path;

/// What this node is called, what it does, and where it keeps what must survive a restart.
///
/// @param name the vantage's name; by default the host name
/// @param dataDir absolute
/// @param nameServerId what clients are told that ask which server this is; empty for nothing
/// @param version what they are told that ask for the software: `name` for its own name, `off` for
///   nothing, or another text
public record NodeSettings(
    String name,
    Path dataDir,
    Role role,
    String nameServerId,
    String version,
    CookieSettings cookies) {
  /// What a node of a cluster does.
  public enum Role {
    /// Answers queries, and probes.
    BOTH,
    /// Answers queries, and decides by what the vantages think.
    ANSWER,
    /// Probes for the others, and answers no queries.
    PROBE
  }

  NodeSettings with(CookieSettings newCookies) {
    return new NodeSettings(name, dataDir, role, nameServerId, version, newCookies);
  }
}
