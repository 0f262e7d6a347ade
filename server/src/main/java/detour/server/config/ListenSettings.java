package detour.server.config;

import detour.dns.answer.AddressPrefix;
import detour.dns.answer.RateLimits;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where the server listens, and its limits there.
///
/// @param dns UDP and TCP; at least one
/// @param tls where DNS over TLS is spoken; null for nowhere
/// @param http the API and the metrics
/// @param api who may use it there
/// @param proxies whose connections and datagrams begin with a PROXY header
/// @param tcpConnections how many DNS connections may be open at once
/// @param tcpConnectionsPerClient how many of them from one client address
/// @param tcpIdleTimeout after which a DNS connection without a query is closed
/// @param udpPayloadBytes the largest UDP response, whatever a client offers; 512 to 4096
/// @param rateLimits for responses over UDP
public record ListenSettings(
    List<InetSocketAddress> dns,
    @Nullable Tls tls,
    InetSocketAddress http,
    ApiSettings api,
    List<AddressPrefix> proxies,
    int tcpConnections,
    int tcpConnectionsPerClient,
    Duration tcpIdleTimeout,
    int udpPayloadBytes,
    RateLimits rateLimits) {
  public ListenSettings {
    dns = List.copyOf(dns);
    proxies = List.copyOf(proxies);
  }

  /// DNS over TLS.
  ///
  /// @param addresses at least one
  /// @param certificate a file with the certificate, and those that lead to its authority
  /// @param key a file with its private key
  public record Tls(List<InetSocketAddress> addresses, Path certificate, Path key) {
    public Tls {
      addresses = List.copyOf(addresses);
    }
  }

  ListenSettings with(@Nullable Tls newTls, ApiSettings newApi) {
    return new ListenSettings(
        dns,
        newTls,
        http,
        newApi,
        proxies,
        tcpConnections,
        tcpConnectionsPerClient,
        tcpIdleTimeout,
        udpPayloadBytes,
        rateLimits);
  }

  /// Whether sockets made for the other are right for this one too.
  public boolean sameSockets(ListenSettings other) {
    return equals(
        new ListenSettings(
            other.dns,
            other.tls,
            other.http,
            other.api,
            other.proxies,
            other.tcpConnections,
            other.tcpConnectionsPerClient,
            other.tcpIdleTimeout,
            other.udpPayloadBytes,
            rateLimits));
  }
}
