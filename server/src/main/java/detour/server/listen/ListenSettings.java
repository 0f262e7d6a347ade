package detour.server.listen;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/// Where this server listens for queries, and within which limits.
///
/// @param addresses UDP and TCP are served on each; port 0 takes any free port, the same for both
/// @param udpThreads sockets and threads for each address where the engine is native; at least 1
/// @param udpReceiveBufferBytes wanted for each socket; the kernel may grant less
/// @param tcpThreads event loops that all addresses share; at least 1
/// @param tcpConnections open at once, over all addresses
/// @param tcpConnectionsPerClient open at once from one client address
/// @param tcpIdleTimeout after the last complete query a connection is closed
public record ListenSettings(
    List<InetSocketAddress> addresses,
    UdpEngine udpEngine,
    int udpThreads,
    int udpReceiveBufferBytes,
    int tcpThreads,
    int tcpConnections,
    int tcpConnectionsPerClient,
    Duration tcpIdleTimeout) {

  public ListenSettings {
    addresses = List.copyOf(addresses);
    requirePositive("udpThreads", udpThreads);
    requirePositive("udpReceiveBufferBytes", udpReceiveBufferBytes);
    requirePositive("tcpThreads", tcpThreads);
    requirePositive("tcpConnections", tcpConnections);
    requirePositive("tcpConnectionsPerClient", tcpConnectionsPerClient);
    if (tcpIdleTimeout.isNegative() || tcpIdleTimeout.isZero()) {
      throw new IllegalArgumentException("tcpIdleTimeout must be positive: " + tcpIdleTimeout);
    }
  }

  /// The defaults: one UDP thread per core, 1000 connections, 100 from one client, 10 s idle.
  public static ListenSettings of(List<InetSocketAddress> addresses) {
    int cores = Runtime.getRuntime().availableProcessors();
    return new ListenSettings(
        addresses,
        UdpEngine.AUTO,
        cores,
        4 << 20,
        Math.min(cores, 4),
        1000,
        100,
        Duration.ofSeconds(10));
  }

  public ListenSettings withUdp(UdpEngine engine, int threads) {
    return new ListenSettings(
        addresses,
        engine,
        threads,
        udpReceiveBufferBytes,
        tcpThreads,
        tcpConnections,
        tcpConnectionsPerClient,
        tcpIdleTimeout);
  }

  public ListenSettings withTcp(int connections, int connectionsPerClient, Duration idleTimeout) {
    return new ListenSettings(
        addresses,
        udpEngine,
        udpThreads,
        udpReceiveBufferBytes,
        tcpThreads,
        connections,
        connectionsPerClient,
        idleTimeout);
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1: " + value);
    }
  }
}
