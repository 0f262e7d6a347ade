package detour.server.listen;

import detour.dns.answer.AddressPrefix;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where this server takes queries, and within which limits.
///
/// @param addresses UDP and TCP are served on each; port 0 takes any free port, the same for both
/// @param udpThreads sockets and threads for each address where the engine is native; at least 1
/// @param udpPayloadBytes the longest UDP response, whatever a client offers; 512 to 4096
/// @param udpReceiveBufferBytes wanted for each socket; the kernel may grant less
/// @param tcpThreads event loops that all addresses share; at least 1
/// @param tcpConnections open at once, over all addresses
/// @param tcpConnectionsPerClient open at once from one client address
/// @param tcpIdleTimeout after the last complete query a connection is closed
/// @param tlsAddresses DNS over TLS is served on each
/// @param tls what is shown there; null where there are none
/// @param proxies whose connections and datagrams begin with a PROXY header
public record SocketSettings(
    List<InetSocketAddress> addresses,
    UdpEngine udpEngine,
    int udpThreads,
    int udpPayloadBytes,
    int udpReceiveBufferBytes,
    int tcpThreads,
    int tcpConnections,
    int tcpConnectionsPerClient,
    Duration tcpIdleTimeout,
    List<InetSocketAddress> tlsAddresses,
    @Nullable TlsFiles tls,
    List<AddressPrefix> proxies) {

  public SocketSettings {
    addresses = List.copyOf(addresses);
    tlsAddresses = List.copyOf(tlsAddresses);
    proxies = List.copyOf(proxies);
    requireRange("udpThreads", udpThreads, 1, 1024);
    requireRange("udpPayloadBytes", udpPayloadBytes, 512, 4096);
    requireRange("udpReceiveBufferBytes", udpReceiveBufferBytes, 1, Integer.MAX_VALUE);
    requireRange("tcpThreads", tcpThreads, 1, 1024);
    requireRange("tcpConnections", tcpConnections, 1, Integer.MAX_VALUE);
    requireRange("tcpConnectionsPerClient", tcpConnectionsPerClient, 1, Integer.MAX_VALUE);
    if (!tcpIdleTimeout.isPositive()) {
      throw new IllegalArgumentException("tcpIdleTimeout must be positive: " + tcpIdleTimeout);
    }
  }

  /// The defaults: one UDP thread per core, responses up to 1232 octets, 1000 connections, 100 from
  /// one client, 10 s idle.
  public static SocketSettings of(List<InetSocketAddress> addresses) {
    int cores = Runtime.getRuntime().availableProcessors();
    return new SocketSettings(
        addresses,
        UdpEngine.ofProperty(),
        cores,
        1232,
        4 << 20,
        Math.min(cores, 4),
        1000,
        100,
        Duration.ofSeconds(10),
        List.of(),
        null,
        List.of());
  }

  public SocketSettings withUdp(UdpEngine engine, int threads, int payloadBytes) {
    return new SocketSettings(
        addresses,
        engine,
        threads,
        payloadBytes,
        udpReceiveBufferBytes,
        tcpThreads,
        tcpConnections,
        tcpConnectionsPerClient,
        tcpIdleTimeout,
        tlsAddresses,
        tls,
        proxies);
  }

  public SocketSettings withTcp(int connections, int connectionsPerClient, Duration idleTimeout) {
    return new SocketSettings(
        addresses,
        udpEngine,
        udpThreads,
        udpPayloadBytes,
        udpReceiveBufferBytes,
        tcpThreads,
        connections,
        connectionsPerClient,
        idleTimeout,
        tlsAddresses,
        tls,
        proxies);
  }

  public SocketSettings withTcpThreads(int threads) {
    return new SocketSettings(
        addresses,
        udpEngine,
        udpThreads,
        udpPayloadBytes,
        udpReceiveBufferBytes,
        threads,
        tcpConnections,
        tcpConnectionsPerClient,
        tcpIdleTimeout,
        tlsAddresses,
        tls,
        proxies);
  }

  /// With DNS over TLS.
  public SocketSettings withTls(List<InetSocketAddress> at, TlsFiles files) {
    return new SocketSettings(
        addresses,
        udpEngine,
        udpThreads,
        udpPayloadBytes,
        udpReceiveBufferBytes,
        tcpThreads,
        tcpConnections,
        tcpConnectionsPerClient,
        tcpIdleTimeout,
        at,
        files,
        proxies);
  }

  public SocketSettings withProxies(List<AddressPrefix> from) {
    return new SocketSettings(
        addresses,
        udpEngine,
        udpThreads,
        udpPayloadBytes,
        udpReceiveBufferBytes,
        tcpThreads,
        tcpConnections,
        tcpConnectionsPerClient,
        tcpIdleTimeout,
        tlsAddresses,
        tls,
        from);
  }

  private static void requireRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be %d to %d: %d".formatted(name, least, most, value));
    }
  }
}
