package detour.server.probe;

import detour.server.probe.text.FailureText;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPromise;
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
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.Inet6Address;
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
  private final boolean epoll;

  /// @param threads at least 1
  ProbeTransport(int threads) {
    epoll = Epoll.isAvailable();
    IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    group =
        new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("probe", true), handlers);
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
    SocketChannel channel;
    try {
      channel = stream(remote.getAddress());
    } catch (ChannelException noSocket) {
      run.failed(noSocket);
      return;
    }
    channel
        .config()
        .setConnectTimeoutMillis(0) // the run has the timeout
        // Closing sends a reset, so that no local port waits a minute in TIME_WAIT: thousands of
        // probes a second would otherwise use them all up.
        .setSoLinger(0);
    channel.pipeline().addLast(new NotItself(run), handlers);
    open(loop, channel, source, remote, run);
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
    DatagramChannel channel;
    try {
      channel =
          epoll
              ? new EpollDatagramChannel(familyOf(remote.getAddress()))
              : new NioDatagramChannel();
    } catch (ChannelException noSocket) {
      run.failed(noSocket);
      return;
    }
    channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(datagramBytesMax));
    channel.pipeline().addLast(handlers);
    open(loop, channel, source, remote, run);
  }

  /// A socket of the family alone: one for both would have each address mapped to the other family,
  /// at every call.
  private SocketChannel stream(InetAddress remote) {
    return epoll ? new EpollSocketChannel(familyOf(remote)) : new NioSocketChannel();
  }

  private static SocketProtocolFamily familyOf(InetAddress address) {
    return address instanceof Inet6Address ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
  }

  private static void open(
      EventLoop loop,
      Channel channel,
      @Nullable InetAddress source,
      InetSocketAddress remote,
      ProbeRun run) {
    ChannelFuture connecting = connected(loop, channel, source, remote);
    run.owns(channel);
    connecting.addListener(opened -> {
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

  /// Connects by hand where a Bootstrap would do: of that, each probe would need a new one.
  private static ChannelFuture connected(
      EventLoop loop, Channel channel, @Nullable InetAddress source, InetSocketAddress remote) {
    ChannelPromise connected = channel.newPromise();
    loop.register(channel)
        .addListener(registered -> {
          if (registered.isSuccess()) {
            var _ =
                channel.connect(
                    remote, source == null ? null : new InetSocketAddress(source, 0), connected);
            var _ = connected.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
          } else {
            connected.setFailure(registered.cause());
          }
        });
    return connected;
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
    SocketChannel channel;
    try {
      channel = stream(remote.getAddress());
    } catch (ChannelException noSocket) {
      loop.execute(() -> held.notOpened(noSocket));
      return held;
    }
    channel.config().setConnectTimeoutMillis(timeoutMillis).setKeepAlive(false);
    channel.pipeline().addLast(held);
    held.opening(connected(loop, channel, source, remote));
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
