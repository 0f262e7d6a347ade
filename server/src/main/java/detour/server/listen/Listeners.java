package detour.server.listen;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.RateBuckets;
import detour.dns.answer.Responder;
import detour.server.dnstap.Taps;
import detour.server.linux.Linux;
import detour.server.linux.SystemCallException;
import detour.server.metrics.Exposition;
import detour.server.metrics.Metrics;
import detour.server.metrics.Sample;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All sockets that queries come in by: UDP and TCP on every configured address, and DNS over TLS.
public final class Listeners implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  /// How often a port that the system chose for UDP may turn out to be taken for TCP.
  private static final int FREE_PORT_ATTEMPTS = 20;

  private final SocketSettings settings;
  private final Supplier<AnswerTable> table;
  private final Taps taps;
  private final Metrics metrics;
  private final ListenerThreads.Names names = new ListenerThreads.Names("listen-udp-");
  private final RateBuckets buckets = new RateBuckets(new SecureRandom().nextLong());
  private final List<UdpListener> udp = new ArrayList<>();
  private final TcpLimits limits;
  private final TcpListener tcp;
  private @Nullable TlsCertificate certificate;
  private @Nullable TcpListener tls;
  private final List<InetSocketAddress> addresses = new ArrayList<>();
  private final List<InetSocketAddress> tlsAddresses = new ArrayList<>();

  private Listeners(
      SocketSettings settings, Supplier<AnswerTable> table, Taps taps, Metrics metrics) {
    this.settings = settings;
    this.table = table;
    this.taps = taps;
    this.metrics = metrics;
    limits = new TcpLimits(settings, metrics);
    tcp = new TcpListener(settings, limits, null, table, taps, metrics);
  }

  /// Links the system calls and loads Netty's native part, so that [#open] need not. It may be
  /// called by another thread while other parts of a start go on; without it everything works as
  /// well, later.
  public static void prepare() {
    if (!Linux.isAvailable() || !Epoll.isAvailable()) {
      LOG.debug("the portable listeners will be used");
    }
  }

  /// Binds every address; nothing is read until [#start].
  ///
  /// @param table what to answer with; asked once per batch of queries, by every listener thread
  /// @throws ListenException when an address cannot be bound; no socket stays open then
  public static Listeners open(
      SocketSettings settings, Supplier<AnswerTable> table, Metrics metrics)
      throws ListenException {
    return open(settings, table, new Taps(null, metrics), metrics);
  }

  /// As above, with queries and responses reported.
  ///
  /// @param taps started and closed by the caller
  public static Listeners open(
      SocketSettings settings, Supplier<AnswerTable> table, Taps taps, Metrics metrics)
      throws ListenException {
    Listeners listeners = new Listeners(settings, table, taps, metrics);
    try {
      for (InetSocketAddress address : settings.addresses()) {
        listeners.addresses.add(listeners.bind(address));
      }
      listeners.bindTls();
      return listeners;
    } catch (ListenException e) {
      listeners.close();
      throw e;
    }
  }

  /// Starts answering.
  public void start() {
    udp.forEach(UdpListener::start);
    tcp.start();
    if (tls != null && certificate != null) {
      certificate.start();
      tls.start();
      for (InetSocketAddress address : tlsAddresses) {
        LOG.info("answering on {} ({})", ListenException.text(address), tls.description());
      }
    }
    for (UdpListener listener : udp) {
      LOG.info(
          "answering on {} ({}; {})",
          ListenException.text(listener.address()),
          listener.description(),
          tcp.description());
    }
  }

  /// The bound addresses in configured order, port 0 replaced by the port taken.
  public List<InetSocketAddress> addresses() {
    return List.copyOf(addresses);
  }

  /// Those of DNS over TLS, likewise.
  public List<InetSocketAddress> tlsAddresses() {
    return List.copyOf(tlsAddresses);
  }

  /// Shows to new connections what the files of the certificate hold now; without this call a
  /// change is noticed a few seconds later.
  public void refreshCertificate() {
    if (certificate != null) {
      certificate.refresh();
    }
  }

  /// What an operator should know of, in a line; null for nothing.
  public @Nullable String trouble() {
    return certificate == null ? null : certificate.trouble();
  }

  /// One for each listener thread, for their counts.
  public List<Responder> responders() {
    List<Responder> all = new ArrayList<>();
    udp.forEach(listener -> all.addAll(listener.responders()));
    all.addAll(tcp.responders());
    if (tls != null) {
      all.addAll(tls.responders());
    }
    return all;
  }

  /// Registers the counts of queries by transport, type and response code, and of open connections.
  public void exposeTo(Exposition exposition) {
    new QueryCounts(responders()).exposeTo(exposition);
    exposition.gauge(
        "detour_tcp_connections_open",
        "Connections open now, over TCP and TLS.",
        List.of(),
        () -> List.of(Sample.of(limits.open().size())));
    TlsCertificate shown = certificate;
    if (shown != null) {
      exposition.gauge(
          "detour_tls_certificate_expiry_timestamp_seconds",
          "When the certificate that DNS over TLS shows expires.",
          List.of(),
          () -> List.of(Sample.of((double) shown.expires().getEpochSecond())));
    }
  }

  /// Stops reading, answers what was read, and ends the threads within a second. May be called more
  /// than once.
  @Override
  public void close() {
    udp.forEach(UdpListener::stop);
    tcp.stop();
    if (tls != null) {
      tls.stop();
    }
    udp.forEach(UdpListener::close);
    tcp.close();
    if (tls != null) {
      tls.close();
    }
    if (certificate != null) {
      certificate.close();
    }
  }

  private InetSocketAddress bind(InetSocketAddress address) throws ListenException {
    for (int attempt = 1; ; attempt++) {
      UdpListener listener = bindUdp(address);
      try {
        bindTcp(listener.address());
        udp.add(listener);
        return listener.address();
      } catch (IOException e) {
        listener.close();
        if (address.getPort() != 0 || attempt == FREE_PORT_ATTEMPTS) {
          throw ListenException.of(listener.address(), "TCP", e);
        }
      }
    }
  }

  private void bindTls() throws ListenException {
    SocketSettings.Tls wanted = settings.tls();
    if (wanted == null) {
      return;
    }
    try {
      certificate = new TlsCertificate(wanted.files(), metrics, InstantSource.system());
    } catch (IOException e) {
      throw ListenException.of(wanted.addresses().getFirst(), "TLS", e);
    }
    tls = new TcpListener(settings, limits, certificate, table, taps, metrics);
    for (InetSocketAddress address : wanted.addresses()) {
      try {
        if (!isCovered(address, wanted.addresses())) {
          tlsAddresses.add(tls.bind(address));
        }
      } catch (IOException e) {
        throw ListenException.of(address, "TLS", e);
      }
    }
  }

  private UdpListener bindUdp(InetSocketAddress address) throws ListenException {
    try {
      if (address.isUnresolved()) {
        throw new IOException("it is a host name that has no address");
      }
      return switch (settings.udp().engine()) {
        case NATIVE -> bindNativeUdp(address);
        case PORTABLE -> bindPortableUdp(address);
        case AUTO -> bindBestUdp(address);
      };
    } catch (IOException e) {
      throw ListenException.of(address, "UDP", e);
    }
  }

  private UdpListener bindBestUdp(InetSocketAddress address) throws IOException {
    String missing = Linux.missing();
    if (missing == null) {
      try {
        return bindNativeUdp(address);
      } catch (SystemCallException e) {
        if (ListenException.isAboutTheAddress(e)) {
          throw e;
        }
        missing = e.getMessage();
      }
    }
    LOG.warn("Using the portable UDP listener on {}: {}", address, missing);
    return bindPortableUdp(address);
  }

  private UdpListener bindNativeUdp(InetSocketAddress address) throws IOException {
    String missing = Linux.missing();
    if (missing != null) {
      throw new IOException("the native UDP listener was asked for, but " + missing);
    }
    return NativeUdpListener.open(address, settings, names, buckets, table, taps, metrics);
  }

  private UdpListener bindPortableUdp(InetSocketAddress address) throws IOException {
    return PortableUdpListener.open(
        address,
        besideOtherWildcard(address, settings.addresses()),
        settings,
        names,
        buckets,
        table,
        taps,
        metrics);
  }

  private void bindTcp(InetSocketAddress address) throws IOException {
    if (!isCovered(address, settings.addresses())) {
      tcp.bind(address);
    }
  }

  /// Whether connections to this address come in by the socket of another.
  private boolean isCovered(InetSocketAddress address, List<InetSocketAddress> all) {
    return address.getAddress() instanceof Inet4Address
        && besideOtherWildcard(address, all)
        && tcp.ipv6WildcardTakesIpv4();
  }

  /// Whether this is a wildcard, and the other family's is configured with the same port. The JDK's
  /// own IPv6 sockets take IPv4 clients too, which then would keep the two apart.
  private static boolean besideOtherWildcard(
      InetSocketAddress address, List<InetSocketAddress> all) {
    return address.getAddress().isAnyLocalAddress()
        && all.stream()
            .anyMatch(other ->
                other.getPort() == address.getPort()
                    && other.getAddress().isAnyLocalAddress()
                    && other.getAddress() instanceof Inet6Address
                        != address.getAddress() instanceof Inet6Address);
  }
}
