package detour.server.dnstap;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One connection that speaks Frame Streams in both directions: READY, ACCEPT, START, frames, STOP,
/// FINISH. Blocks; closing it from another thread ends that. Thread: one, but for [#close].
final class FrameStream implements AutoCloseable {
  private static final byte[] CONTENT_TYPE =
      "protobuf:dnstap.Dnstap".getBytes(StandardCharsets.US_ASCII);
  private static final int ACCEPT = 1;
  private static final int START = 2;
  private static final int STOP = 3;
  private static final int READY = 4;
  private static final int FIELD_CONTENT_TYPE = 1;

  /// The longest control frame that the protocol allows.
  private static final int LONGEST_CONTROL = 512;

  private final SocketChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 << 10);

  private FrameStream(SocketChannel channel) {
    this.channel = channel;
  }

  /// A channel that is not yet connected, so that whoever wants to can close it meanwhile.
  static SocketChannel channelTo(SocketAddress receiver) throws IOException {
    if (!(receiver instanceof InetSocketAddress)) {
      return SocketChannel.open(StandardProtocolFamily.UNIX);
    }
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    return channel;
  }

  /// Connects and agrees on the kind of content.
  ///
  /// @throws IOException also when the receiver does not want dnstap
  static FrameStream open(SocketChannel channel, SocketAddress receiver) throws IOException {
    channel.connect(receiver);
    FrameStream stream = new FrameStream(channel);
    stream.control(READY, true);
    stream.flush();
    stream.expectAccept();
    stream.control(START, true);
    stream.flush();
    return stream;
  }

  /// Queues a frame; sends what was queued where there is no more room.
  void write(byte[] frame) throws IOException {
    if (buffer.remaining() < Integer.BYTES + frame.length) {
      flush();
    }
    buffer.putInt(frame.length).put(frame);
  }

  /// Sends what was queued.
  void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  /// Says that this is all. The receiver's FINISH is not waited for.
  void finish() throws IOException {
    flush();
    control(STOP, false);
    flush();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void control(int type, boolean contentType) {
    int length = Integer.BYTES + (contentType ? 2 * Integer.BYTES + CONTENT_TYPE.length : 0);
    buffer.putInt(0).putInt(length).putInt(type);
    if (contentType) {
      buffer.putInt(FIELD_CONTENT_TYPE).putInt(CONTENT_TYPE.length).put(CONTENT_TYPE);
    }
  }

  private void expectAccept() throws IOException {
    ByteBuffer start = read(2 * Integer.BYTES);
    int escape = start.getInt();
    int length = start.getInt();
    if (escape != 0 || length < Integer.BYTES || length > LONGEST_CONTROL) {
      throw new IOException("the receiver does not speak Frame Streams");
    }
    String problem = problem(read(length));
    if (problem != null) {
      throw new IOException(problem);
    }
  }

  /// Why a control frame is no ACCEPT of our kind of content; null when it is one.
  ///
  /// @param control type and fields; whatever came
  static @Nullable String problem(ByteBuffer control) {
    if (control.remaining() < Integer.BYTES) {
      return "the receiver sent a malformed control frame";
    }
    int type = control.getInt();
    if (type != ACCEPT) {
      return "the receiver answered with control frame %d, not 1".formatted(type);
    }
    while (control.remaining() >= 2 * Integer.BYTES) {
      int field = control.getInt();
      int octets = control.getInt();
      if (octets < 0 || octets > control.remaining()) {
        return "the receiver sent a malformed control frame";
      }
      byte[] value = new byte[octets];
      control.get(value);
      if (field == FIELD_CONTENT_TYPE && Arrays.equals(value, CONTENT_TYPE)) {
        return null;
      }
    }
    return "the receiver does not take dnstap";
  }

  private ByteBuffer read(int octets) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(octets);
    while (in.hasRemaining()) {
      if (channel.read(in) < 0) {
        throw new IOException("the receiver closed the connection");
      }
    }
    return in.flip();
  }
}
