package detour.server.listen;

import detour.dns.answer.ClientAddress;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One client's connection: queries are answered one after the other, in the order they came.
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

  private final Channel channel;
  private final InetAddress client;
  private final ClientAddress clientAddress;
  private final TcpWorker worker;
  private final TcpLimits limits;
  private final Metrics metrics;
  private final long idleTimeoutNanos;

  private boolean admitted;
  private boolean answering;
  private @Nullable ByteBuf unanswered;
  private @Nullable Future<?> idleCheck;
  private volatile long answeredAtNanos = System.nanoTime();

  TcpConnection(
      Channel channel,
      InetAddress client,
      TcpWorker worker,
      TcpLimits limits,
      long idleTimeoutNanos,
      Metrics metrics) {
    this.channel = channel;
    this.client = client;
    clientAddress = ClientAddress.of(client.getAddress());
    this.worker = worker;
    this.limits = limits;
    this.idleTimeoutNanos = idleTimeoutNanos;
    this.metrics = metrics;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    admitted = limits.admit(this, client);
    if (!admitted) {
      channel.close();
      return;
    }
    checkIdleIn(idleTimeoutNanos);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (admitted) {
      limits.release(this, client);
    }
    if (idleCheck != null) {
      idleCheck.cancel(false);
    }
    dropUnanswered();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf read = (ByteBuf) message;
    if (!admitted || !channel.isActive()) {
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
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    channel.close(); // a reset by the client, mostly
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

  /// Stops reading, and closes once all responses are written.
  void finish() {
    channel.eventLoop().execute(this::finishNow);
  }

  private void finishNow() {
    channel.config().setAutoRead(false);
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  private void answerAll() {
    answering = true;
    do {
      answerWhileWritable();
      channel.flush();
    } while (channel.isWritable() && channel.isActive() && hasCompleteQuery());
    answering = false;
    keepOrDropUnanswered();
    // Not reading is what slows down a client that does not read.
    channel.config().setAutoRead(channel.isWritable());
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
      ByteBuf response = worker.answer(unanswered, length, clientAddress, channel.alloc());
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
    long leftNanos = idleTimeoutNanos - idleNanos(System.nanoTime());
    if (leftNanos > 0) {
      checkIdleIn(leftNanos);
      return;
    }
    metrics.count(
        channel.isWritable()
            ? Counter.TCP_CONNECTIONS_TIMED_OUT
            : Counter.TCP_SLOW_READERS_DROPPED);
    channel.close();
  }
}
