package detour.server.config;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/// Which resolvers are asked how far they have followed.
///
/// @param timeout for each
public record ConvergenceSettings(List<InetSocketAddress> resolvers, Duration timeout) {
  public ConvergenceSettings {
    resolvers = List.copyOf(resolvers);
  }
}
