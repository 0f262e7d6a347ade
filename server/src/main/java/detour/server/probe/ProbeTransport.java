package detour.server.probe;

import detour.server.probe.text.FailureText;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The event loops that probes run on, and how a probe gets its connection.
final class ProbeTransport implements AutoCloseable {
  private static final long CLOSE_MILLIS = 500;

  private final EventLoopGroup group;
  private final Class<? extends SocketChannel> channelType;
  private final Class<? extends DatagramChannel> udpChannelType;

  /// @param threads at least 1
  ProbeTransport(int threads) {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    group =
        new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("probe", true), handlers);
    channelType = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    udpChannelType = epoll ? EpollDatagramChannel.class : NioDatagramChannel.class;
  }

  List<EventLoop> loops() {
    List<EventLoop> loops = new ArrayList<>();
    group.forEach(executor -> loops.add((EventLoop) executor));
    return loops;
  }

  /// Opens a connection for a run; its failure ends the run.
  ///
  /// @param source the local address; null for the system's choice
  void connect(
      EventLoop loop,
      @Nullable InetAddress source,
      InetSocketAddress remote,
      ChannelInitializer<Channel> handlers,
      ProbeRun run) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(channelType)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0) // the run has the timeout
            .option(ChannelOption.TCP_NODELAY, true)
            // Closing sends a reset, so that no local port waits a minute in TIME_WAIT: thousands
            // of probes a second would otherwise use them all up.
            .option(ChannelOption.SO_LINGER, 0)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    run.owns(channel);
                    channel.pipeline().addLast(new NotItself(run), handlers);
                  }
                });
    open(bootstrap, source, remote, run);
  }

  /// Opens a UDP socket for a run, connected, so that it receives from the other side alone and
  /// learns that nobody listens there; its failure ends the run.
  ///
  /// @param source the local address; null for the system's choice
  /// @param datagramBytesMax longer datagrams are cut to this
  void openUdp(
      EventLoop loop,
      @Nullable InetAddress source,
      InetSocketAddress remote,
      int datagramBytesMax,
      ChannelInitializer<Channel> handlers,
      ProbeRun run) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(udpChannelType)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(datagramBytesMax))
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    run.owns(channel);
                    channel.pipeline().addLast(handlers);
                  }
                });
    open(bootstrap, source, remote, run);
  }

  private static void open(
      Bootstrap bootstrap, @Nullable InetAddress source, InetSocketAddress remote, ProbeRun run) {
    bootstrap
        .connect(remote, source == null ? null : new InetSocketAddress(source, 0))
        .addListener(opened -> {
          if (opened.isSuccess()) {
            return;
          }
          if (source != null && FailureText.isNoLocalAddress(opened.cause())) {
            run.notStarted(
                "cannot probe from the source "
                    + source.getHostAddress()
                    + ": it is no address of this machine, or has no port left");
          } else {
            run.failed(opened.cause());
          }
        });
  }

  /// Opens an idle connection: nothing is sent on it, by the system neither.
  ///
  /// @param source the local address; null for the system's choice
  Lane.Held hold(
      EventLoop loop,
      @Nullable InetAddress source,
      InetSocketAddress remote,
      int timeoutMillis,
      Lane.Watcher watcher) {
    HeldConnection held = new HeldConnection(watcher);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(channelType)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
            .option(ChannelOption.SO_KEEPALIVE, false)
            .handler(held);
    held.opening(
        bootstrap.connect(remote, source == null ? null : new InetSocketAddress(source, 0)));
    return held;
  }

  /// Fails a connection that met itself: a connect that happens to leave from the very port it goes
  /// to opens without anybody listening there (RFC 9293 section 3.5, simultaneous open).
  private static final class NotItself extends ChannelInboundHandlerAdapter {
    private final ProbeRun run;

    NotItself(ProbeRun run) {
      this.run = run;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      SocketAddress local = context.channel().localAddress();
      if (local != null && local.equals(context.channel().remoteAddress())) {
        run.fail("connection refused");
      }
      context.fireChannelActive();
    }
  }

  @Override
  public void close() {
    group
        .shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(CLOSE_MILLIS);
  }
}
