package detour.server.config;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/// Where the server listens, and its limits there.
///
/// @param dns UDP and TCP; at least one
/// @param http the API and the metrics; a loopback address
/// @param tcpConnections how many DNS connections may be open at once
/// @param tcpIdleTimeout after which a DNS connection without a query is closed
/// @param udpPayloadBytes the largest UDP response, whatever a client offers; 512 to 4096
public record ListenSettings(
    List<InetSocketAddress> dns,
    InetSocketAddress http,
    int tcpConnections,
    Duration tcpIdleTimeout,
    int udpPayloadBytes) {
  public ListenSettings {
    dns = List.copyOf(dns);
  }
}
