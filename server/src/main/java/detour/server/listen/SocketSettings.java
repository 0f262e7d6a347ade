package detour.server.listen;

import detour.dns.answer.AddressPrefix;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where this server takes queries, and within which limits.
///
/// @param addresses UDP and TCP are served on each; port 0 takes any free port, the same for both
/// @param tls null where DNS over TLS is not served
/// @param proxies whose connections and datagrams begin with a PROXY header
public record SocketSettings(
    List<InetSocketAddress> addresses,
    Udp udp,
    Tcp tcp,
    @Nullable Tls tls,
    List<AddressPrefix> proxies) {

  public SocketSettings {
    addresses = List.copyOf(addresses);
    proxies = List.copyOf(proxies);
  }

  /// The sockets for datagrams.
  ///
  /// @param threads sockets and threads for each address where the engine is native; at least 1
  /// @param payloadBytes the longest response, whatever a client offers; 512 to 4096
  /// @param receiveBufferBytes wanted for each socket; the kernel may grant less
  public record Udp(UdpEngine engine, int threads, int payloadBytes, int receiveBufferBytes) {
    public Udp {
      requireRange("threads", threads, 1, 1024);
      requireRange("payloadBytes", payloadBytes, 512, 4096);
      requireRange("receiveBufferBytes", receiveBufferBytes, 1, Integer.MAX_VALUE);
    }
  }

  /// What holds for all connections together, with TLS or without.
  ///
  /// @param threads event loops that all addresses share; at least 1
  /// @param connections open at once, over all addresses
  /// @param connectionsPerClient open at once from one client address
  /// @param idleTimeout after the last complete query a connection is closed
  public record Tcp(int threads, int connections, int connectionsPerClient, Duration idleTimeout) {
    public Tcp {
      requireRange("threads", threads, 1, 1024);
      requireRange("connections", connections, 1, Integer.MAX_VALUE);
      requireRange("connectionsPerClient", connectionsPerClient, 1, Integer.MAX_VALUE);
      if (!idleTimeout.isPositive()) {
        throw new IllegalArgumentException("idleTimeout must be positive: " + idleTimeout);
      }
    }
  }

  /// DNS over TLS.
  ///
  /// @param addresses where it is served
  /// @param files what is shown there
  public record Tls(List<InetSocketAddress> addresses, TlsFiles files) {
    public Tls {
      addresses = List.copyOf(addresses);
    }
  }

  /// The defaults: one UDP thread per core, responses up to 1232 octets, 1000 connections, 100 from
  /// one client, 10 s idle.
  public static SocketSettings of(List<InetSocketAddress> addresses) {
    int cores = Runtime.getRuntime().availableProcessors();
    return new SocketSettings(
        addresses,
        new Udp(UdpEngine.ofProperty(), cores, 1232, 4 << 20),
        new Tcp(Math.min(cores, 4), 1000, 100, Duration.ofSeconds(10)),
        null,
        List.of());
  }

  public SocketSettings withUdp(UdpEngine engine, int threads, int payloadBytes) {
    Udp changed = new Udp(engine, threads, payloadBytes, udp.receiveBufferBytes());
    return new SocketSettings(addresses, changed, tcp, tls, proxies);
  }

  public SocketSettings withTcp(int connections, int connectionsPerClient, Duration idleTimeout) {
    Tcp changed = new Tcp(tcp.threads(), connections, connectionsPerClient, idleTimeout);
    return new SocketSettings(addresses, udp, changed, tls, proxies);
  }

  public SocketSettings withTcpThreads(int threads) {
    Tcp changed =
        new Tcp(threads, tcp.connections(), tcp.connectionsPerClient(), tcp.idleTimeout());
    return new SocketSettings(addresses, udp, changed, tls, proxies);
  }

  /// With DNS over TLS.
  public SocketSettings withTls(List<InetSocketAddress> at, TlsFiles files) {
    return new SocketSettings(addresses, udp, tcp, new Tls(at, files), proxies);
  }

  public SocketSettings withProxies(List<AddressPrefix> from) {
    return new SocketSettings(addresses, udp, tcp, tls, from);
  }

  private static void requireRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be %d to %d: %d".formatted(name, least, most, value));
    }
  }
}
