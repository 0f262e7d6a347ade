package detour.server.cluster.store;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How to reach etcd. Whether its files can be read shows when they are used.
///
/// @param endpoints at least one, all of one etcd cluster, as `https://etcd1:2379`
/// @param caFile PEM certificates of who may sign those of the endpoints; null for the Java
///   runtime's own
/// @param certificate PEM certificates to show, this node's own first; null for none
/// @param key the private key to it, as unencrypted PKCS #8 in PEM; null exactly when `certificate`
///   is
/// @param user null where etcd asks for no password
/// @param passwordFile whose first line is the password; null exactly when `user` is
/// @param connectTimeout how long one endpoint may take to accept a connection
/// @param timeout how long one endpoint may take to answer; a call tries others until three times
///   this have passed
public record EtcdSettings(
    List<URI> endpoints,
    @Nullable Path caFile,
    @Nullable Path certificate,
    @Nullable Path key,
    @Nullable String user,
    @Nullable Path passwordFile,
    Duration connectTimeout,
    Duration timeout) {
  public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(1);
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(2);

  /// @throws IllegalArgumentException when what is given does not fit together
  public EtcdSettings {
    endpoints = List.copyOf(endpoints);
    require(!endpoints.isEmpty(), "at least one endpoint of etcd is needed");
    for (URI endpoint : endpoints) {
      require(isBase(endpoint), endpoint + ": expected an endpoint as https://etcd1:2379");
    }
    require(
        endpoints.stream().map(URI::getScheme).distinct().count() == 1,
        "the endpoints of etcd must be all http or all https");
    require((certificate == null) == (key == null), "a certificate and its key go together");
    require((user == null) == (passwordFile == null), "a user and a password file go together");
    require(connectTimeout.isPositive() && timeout.isPositive(), "timeouts must be above zero");
  }

  /// Plain HTTP or HTTPS with the Java runtime's authorities, and default timeouts.
  public static EtcdSettings of(List<URI> endpoints) {
    return new EtcdSettings(
        endpoints, null, null, null, null, null, DEFAULT_CONNECT_TIMEOUT, DEFAULT_TIMEOUT);
  }

  private static boolean isBase(URI endpoint) {
    String path = endpoint.getPath();
    return endpoint.getHost() != null
        && ("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))
        && (path == null || path.isEmpty() || path.equals("/"))
        && endpoint.getQuery() == null
        && endpoint.getUserInfo() == null;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
