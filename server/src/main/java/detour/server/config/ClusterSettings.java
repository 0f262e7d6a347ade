package detour.server.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How this node agrees with others.
///
/// @param name under which the nodes of one cluster find each other in the store
/// @param lease after which the others take a node that is not heard of for gone; whole seconds
/// @param staleAfter for so long what was heard of the others counts when nothing more is heard; at
///   least `lease`
/// @param configuration where the sections come from that are not this node's own
public record ClusterSettings(
    String name, Etcd etcd, Duration lease, Duration staleAfter, Origin configuration) {
  /// Where a configuration comes from.
  public enum Origin {
    /// The node's own file.
    FILE,
    /// The store that the nodes share.
    STORE
  }

  public boolean configuredByStore() {
    return configuration == Origin.STORE;
  }

  /// How to reach the store that the nodes share.
  ///
  /// @param endpoints at least one, all `http` or all `https`, as `https://etcd1:2379`
  /// @param caFile certificates to trust; null for those of the Java runtime
  /// @param clientCert null for none
  /// @param clientKey null exactly when `clientCert` is
  /// @param user null where the store asks for none
  /// @param passwordFile null exactly when `user` is
  /// @param timeout how long one endpoint may take to answer
  public record Etcd(
      List<URI> endpoints,
      @Nullable Path caFile,
      @Nullable Path clientCert,
      @Nullable Path clientKey,
      @Nullable String user,
      @Nullable Path passwordFile,
      Duration timeout) {
    public Etcd {
      endpoints = List.copyOf(endpoints);
    }
  }
}
