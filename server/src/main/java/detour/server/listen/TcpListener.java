package detour.server.listen;

import detour.dns.answer.AddressPrefix;
import detour.dns.answer.AnswerTable;
import detour.dns.answer.ClientAddress;
import detour.dns.answer.Responder;
import detour.dns.answer.Transport;
import detour.server.metrics.Metrics;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// TCP, or DNS over TLS, on all its addresses: they share event loops. What handshakes cost is no
/// matter for TCP, as TLS has loops of its own.
@SuppressWarnings("FutureReturnValueIgnored") // a close is not waited for by its future
final class TcpListener implements AutoCloseable {
  private static final IntegerUnixChannelOption IPV6_ONLY =
      new IntegerUnixChannelOption("IPV6_V6ONLY", 41, 26);

  private static final int BACKLOG = 1024;

  /// Connections that may begin with a query before the client has shown that it is where it says.
  private static final int FAST_OPEN_QUEUE = 256;

  /// Of responses that the kernel takes before they can be sent, for each connection.
  private static final int UNSENT_BYTES = 64 << 10;

  private static final int READ_BYTES = 4096;

  /// Of responses waiting for one client to read them.
  private static final WriteBufferWaterMark WRITE_BUFFER =
      new WriteBufferWaterMark(16 << 10, 64 << 10);

  /// However long a connection may be idle, a handshake takes a few round trips.
  private static final long HANDSHAKE_MILLIS = 5_000;

  private static final long CLOSE_NOTIFY_MILLIS = 1_000;
  private static final long FINISH_MILLIS = 400;
  private static final long SHUTDOWN_MILLIS = 300;

  private final boolean epoll;
  private final ListenerThreads threads;
  private final MultiThreadIoEventLoopGroup loops;
  private final IdentityHashMap<EventExecutor, TcpWorker> workers = new IdentityHashMap<>();
  private final TcpLimits limits;
  private final AddressPrefix[] proxies;
  private final @Nullable TlsCertificate certificate;
  private final long handshakeMillis;
  private final Metrics metrics;
  private final List<Channel> servers = new ArrayList<>();

  /// @param limits shared with other listeners
  /// @param certificate what DNS over TLS shows; null for plain TCP
  TcpListener(
      SocketSettings settings,
      TcpLimits limits,
      @Nullable TlsCertificate certificate,
      Supplier<AnswerTable> table,
      Metrics metrics) {
    this.limits = limits;
    this.certificate = certificate;
    this.metrics = metrics;
    proxies = settings.proxies().toArray(AddressPrefix[]::new);
    handshakeMillis = Math.min(HANDSHAKE_MILLIS, settings.tcp().idleTimeout().toMillis());
    Transport transport = certificate == null ? Transport.TCP : Transport.TLS;
    threads =
        new ListenerThreads(
            new ListenerThreads.Names(certificate == null ? "listen-tcp-" : "listen-tls-"));
    epoll = settings.udp().engine() != UdpEngine.PORTABLE && Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    loops = new MultiThreadIoEventLoopGroup(settings.tcp().threads(), (ThreadFactory) threads, io);
    for (EventExecutor loop : loops) {
      workers.put(loop, new TcpWorker(transport, settings, table, metrics));
    }
  }

  /// Whether an IPv6 wildcard takes IPv4 clients too, and with them the place of an IPv4 wildcard.
  boolean ipv6WildcardTakesIpv4() {
    return !epoll;
  }

  /// Binds an address; connections wait in the kernel until [#start].
  ///
  /// @return the address, port included
  InetSocketAddress bind(InetSocketAddress address) throws IOException {
    boolean ipv4 = address.getAddress() instanceof Inet4Address;
    SocketProtocolFamily family = ipv4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channelFactory(() -> serverChannel(family))
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_BUFFER)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    accepted(channel);
                  }
                });
    if (epoll) {
      // RFC 7413: a client that was here before is answered in one round trip. The system does it
      // where net.ipv4.tcp_fastopen has its second bit set; the JDK's sockets have no such option.
      bootstrap.option(ChannelOption.TCP_FASTOPEN, FAST_OPEN_QUEUE);
      bootstrap.childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) UNSENT_BYTES);
    } else {
      bootstrap.childOption(ChannelOption.SO_SNDBUF, UNSENT_BYTES);
    }
    if (epoll && !ipv4) {
      bootstrap.option(IPV6_ONLY, 1);
    }
    ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    Throwable failure = bound.cause();
    if (failure != null) {
      throw failure instanceof IOException e ? e : new IOException(failure);
    }
    servers.add(bound.channel());
    int port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
    return new InetSocketAddress(address.getAddress(), port);
  }

  /// The first address that was bound.
  InetSocketAddress bound() {
    return (InetSocketAddress) servers.getFirst().localAddress();
  }

  void start() {
    servers.forEach(server -> server.config().setAutoRead(true));
  }

  List<Responder> responders() {
    return workers.values().stream().map(TcpWorker::responder).toList();
  }

  String description() {
    return (certificate == null ? "TCP " : "TLS ") + (epoll ? "epoll" : "nio");
  }

  /// Tells connections to end once their responses are written; returns at once.
  void stop() {
    servers.forEach(Channel::close);
    limits.stop();
    limits.open().forEach(TcpConnection::finish);
  }

  @Override
  public void close() {
    stop();
    awaitFinished();
    limits.open().forEach(TcpConnection::close);
    loops.shutdownGracefully(0, SHUTDOWN_MILLIS, TimeUnit.MILLISECONDS);
    threads.awaitEnd();
  }

  private void awaitFinished() {
    long deadline = System.nanoTime() + FINISH_MILLIS * 1_000_000;
    for (Channel server : servers) {
      server.closeFuture().awaitUninterruptibly(FINISH_MILLIS);
    }
    for (TcpConnection connection : limits.open()) {
      long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
      if (leftMillis <= 0) {
        return;
      }
      connection.awaitClosed(leftMillis);
    }
  }

  private void accepted(SocketChannel channel) {
    InetSocketAddress client = channel.remoteAddress();
    TcpWorker worker = workers.get(channel.eventLoop());
    if (client == null || worker == null) {
      channel.close(); // gone before it was looked at
      return;
    }
    ClientAddress address = ClientAddress.of(client.getAddress().getAddress());
    boolean proxied = AddressPrefix.anyContains(proxies, address);
    TcpConnection connection =
        new TcpConnection(channel, address, proxied, worker, limits, metrics);
    ChannelPipeline pipeline = channel.pipeline();
    if (proxied) {
      pipeline.addLast(new ProxyHeaderHandler(connection, metrics));
    }
    if (certificate != null) {
      SslHandler tls = certificate.context().newHandler(channel.alloc());
      tls.setHandshakeTimeoutMillis(handshakeMillis);
      tls.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_MILLIS);
      pipeline.addLast(tls);
    }
    pipeline.addLast(connection);
  }

  private ServerChannel serverChannel(SocketProtocolFamily family) {
    return epoll
        ? new EpollServerSocketChannel(family)
        : new NioServerSocketChannel(SelectorProvider.provider(), family);
  }
}
