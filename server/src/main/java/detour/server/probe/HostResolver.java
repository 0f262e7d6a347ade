package detour.server.probe;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Turns host names into addresses without making the caller wait.
public interface HostResolver extends AutoCloseable {
  /// The addresses of a name in the order to prefer; never empty. Completes exceptionally, with a
  /// message for people, when there are none or nothing answered in time. May complete on any
  /// thread.
  CompletableFuture<List<InetAddress>> resolve(String hostName);

  @Override
  default void close() {}
}
