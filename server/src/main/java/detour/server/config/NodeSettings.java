package detour.server.config;

import java.nio.file.Path;

/// What this node is called and where it keeps what must survive a restart.
///
/// @param name the vantage's name; by default the host name
/// @param dataDir absolute
public record NodeSettings(String name, Path dataDir) {}
