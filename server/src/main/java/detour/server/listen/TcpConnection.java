package detour.server.listen;

import detour.dns.answer.ClientAddress;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One client's connection: queries are answered one after the other, in the order they came.
///
/// No query waits for another, for an answer is made at once or never: it is the order of responses
/// that takes no time, so there is nothing to be gained by another (RFC 7766 section 6.2.1.1).
///
/// What a client can make the server hold is bounded. Of queries: one that is incomplete, and what
/// came in one read. Of responses: the write buffer's high water mark and one response beyond it,
/// for while the client does not read, no more queries are answered, and none are read. How long
/// that lasts is bounded too: the idle time runs from the last query answered, and neither octets
/// of an incomplete query nor reading slowly extends it. Thread: its event loop's; any thread may
/// [#close], [#finish] and ask [#idleNanos].
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
final class TcpConnection extends ChannelInboundHandlerAdapter {
  private static final int LENGTH_BYTES = 2;
  private static final int HEADER_BYTES = 12;

  /// The idle time becomes shorter when places run short, so it is looked at this often.
  private static final long CHECK_NANOS = 1_000_000_000;

  private final SocketChannel channel;
  private ClientAddress client;
  private final boolean proxied;
  private final TcpWorker worker;
  private final TcpLimits limits;
  private final Metrics metrics;

  private boolean admitted;
  private boolean entered;
  private boolean answering;

  /// No query is read any more; those that were read are answered yet.
  private boolean finishing;

  /// All responses were written that ever will be.
  private boolean ending;

  /// The client sends nothing any more.
  private boolean inputEnded;

  private @Nullable ByteBuf unanswered;
  private @Nullable Future<?> idleCheck;
  private volatile long answeredAtNanos = System.nanoTime();

  /// @param client whoever connected
  /// @param proxied whether that is a proxy, and [#isFrom] will tell the client
  TcpConnection(
      SocketChannel channel,
      ClientAddress client,
      boolean proxied,
      TcpWorker worker,
      TcpLimits limits,
      Metrics metrics) {
    this.channel = channel;
    this.client = client;
    this.proxied = proxied;
    this.worker = worker;
    this.limits = limits;
    this.metrics = metrics;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    // First what the client has of its own, so that nobody else's connection is closed for one that
    // is refused in the end.
    // A proxy has as many as there are, for its clients are counted one by one.
    entered = !proxied && limits.enter(client);
    admitted = (entered || proxied) && limits.admit(this);
    if (!admitted) {
      channel.close();
      return;
    }
    checkIdleIn(Math.min(limits.idleNanos(), CHECK_NANOS));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (admitted) {
      limits.release(this);
    }
    if (entered) {
      limits.leave(client);
    }
    if (idleCheck != null) {
      idleCheck.cancel(false);
    }
    dropUnanswered();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf read = (ByteBuf) message;
    if (!admitted || ending || !channel.isActive()) {
      read.release();
      return;
    }
    if (unanswered == null) {
      unanswered = read;
    } else {
      unanswered.discardReadBytes().writeBytes(read);
      read.release();
    }
    answerAll();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable() && !answering) {
      answerAll();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    switch (event) {
      case ChannelInputShutdownEvent _ -> {
        inputEnded = true;
        if (ending) {
          channel.close();
        } else {
          finishNow(); // a client may say that it is done and yet wait for its answers
        }
      }
      case SslHandshakeCompletionEvent handshake ->
          metrics.count(
              handshake.isSuccess() ? Counter.TLS_HANDSHAKES : Counter.TLS_HANDSHAKES_FAILED);
      default -> {}
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    channel.close(); // a reset by the client, mostly
  }

  /// Takes the client that a proxy tells.
  ///
  /// @return false where that has as many connections as it may; this one is closed then
  boolean isFrom(ClientAddress told) {
    if (!limits.enter(told)) {
      channel.close();
      return false;
    }
    client = told;
    entered = true;
    return true;
  }

  /// How long ago the last query was answered, or the connection was accepted.
  long idleNanos(long nowNanos) {
    return nowNanos - answeredAtNanos;
  }

  void close() {
    channel.close();
  }

  void awaitClosed(long millis) {
    channel.closeFuture().awaitUninterruptibly(millis);
  }

  /// Stops reading, and closes once all that was read is answered and all responses are sent.
  void finish() {
    channel.eventLoop().execute(this::finishNow);
  }

  private void finishNow() {
    if (!finishing && admitted) {
      finishing = true;
      channel.config().setAutoRead(false);
      if (!answering) {
        answerAll();
      }
    }
  }

  private void answerAll() {
    if (ending) {
      return;
    }
    answering = true;
    do {
      answerWhileWritable();
      channel.flush();
    } while (channel.isWritable() && channel.isActive() && hasCompleteQuery());
    answering = false;
    keepOrDropUnanswered();
    if (!finishing) {
      // Not reading is what slows down a client that does not read.
      channel.config().setAutoRead(channel.isWritable());
    } else if (!hasCompleteQuery()) {
      end();
    }
  }

  private void answerWhileWritable() {
    while (unanswered != null && channel.isWritable() && hasCompleteQuery()) {
      int length = unanswered.readUnsignedShort();
      if (length < HEADER_BYTES) {
        metrics.count(Counter.TCP_GARBAGE);
        dropUnanswered();
        channel.close();
        return;
      }
      ByteBuf response =
          worker.answer(unanswered, length, client, limits.toldIdleMillis(), channel.alloc());
      if (response != null) {
        answeredAtNanos = System.nanoTime();
        channel.write(response, channel.voidPromise());
      }
    }
  }

  private boolean hasCompleteQuery() {
    ByteBuf buffer = unanswered;
    if (buffer == null || buffer.readableBytes() < LENGTH_BYTES) {
      return false;
    }
    int length = buffer.getUnsignedShort(buffer.readerIndex());
    return buffer.readableBytes() >= LENGTH_BYTES + length || length < HEADER_BYTES;
  }

  /// Closes when all is sent.
  private void end() {
    ending = true;
    boolean idle = !hasUnsent() && unanswered == null;
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(idle || inputEnded ? ChannelFutureListener.CLOSE : _ -> endOutput());
  }

  /// Tells the client that nothing will follow, and waits for it to say the same. To close at once
  /// would take back what it has not received yet, if it has sent anything that is not read here.
  private void endOutput() {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      channel.shutdownOutput();
    } else {
      tls.closeOutbound().addListener(_ -> channel.shutdownOutput());
    }
    channel.config().setAutoRead(true); // what still comes is dropped
  }

  private boolean hasUnsent() {
    var buffer = channel.unsafe().outboundBuffer();
    return buffer != null && buffer.totalPendingWriteBytes() > 0;
  }

  /// Keeps an incomplete query, in a buffer of its own size: a client that sends a few octets must
  /// not hold a whole read buffer.
  private void keepOrDropUnanswered() {
    ByteBuf buffer = unanswered;
    if (buffer == null) {
      return;
    }
    if (!buffer.isReadable()) {
      dropUnanswered();
    } else if (buffer.readerIndex() > 0 || buffer.capacity() > 2 * buffer.readableBytes()) {
      unanswered = channel.alloc().buffer(buffer.readableBytes()).writeBytes(buffer);
      buffer.release();
    }
  }

  private void dropUnanswered() {
    if (unanswered != null) {
      unanswered.release();
      unanswered = null;
    }
  }

  private void checkIdleIn(long nanos) {
    idleCheck = channel.eventLoop().schedule(this::checkIdle, nanos, TimeUnit.NANOSECONDS);
  }

  private void checkIdle() {
    long leftNanos = limits.idleNanos() - idleNanos(System.nanoTime());
    if (leftNanos > 0) {
      checkIdleIn(Math.min(leftNanos, CHECK_NANOS));
    } else if (hasUnsent()) {
      metrics.count(Counter.TCP_SLOW_READERS_DROPPED);
      reset();
    } else {
      metrics.count(Counter.TCP_CONNECTIONS_TIMED_OUT);
      channel.close();
    }
  }

  /// Closes at once, and has the system drop what it holds for this client too.
  private void reset() {
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    channel.unsafe().close(channel.unsafe().voidPromise());
  }
}
