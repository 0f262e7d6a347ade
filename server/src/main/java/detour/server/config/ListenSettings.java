package detour.server.config;

import detour.dns.answer.RateLimits;
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
/// @param rateLimits for responses over UDP
public record ListenSettings(
    List<InetSocketAddress> dns,
    InetSocketAddress http,
    int tcpConnections,
    Duration tcpIdleTimeout,
    int udpPayloadBytes,
    RateLimits rateLimits) {
  public ListenSettings {
    dns = List.copyOf(dns);
  }

  /// Whether sockets made for the other are right for this one too.
  public boolean sameSockets(ListenSettings other) {
    return equals(
        new ListenSettings(
            other.dns,
            other.http,
            other.tcpConnections,
            other.tcpIdleTimeout,
            other.udpPayloadBytes,
            rateLimits));
  }
}
