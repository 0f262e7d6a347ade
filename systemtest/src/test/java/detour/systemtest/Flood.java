package detour.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/// One client that asks the same question over UDP again and again, and does not wait for answers.
final class Flood implements AutoCloseable {
  private static final int FLAGS_HIGH = 2;
  private static final int TRUNCATED = 2;

  private final DatagramChannel channel;
  private final ByteBuffer query;
  private final ByteBuffer response = ByteBuffer.allocate(4_096);
  private int answered;
  private int truncated;

  /// @param source the address that it asks from
  /// @param port of 127.0.0.1: whom it asks
  /// @param name whose addresses it asks for
  Flood(String source, int port, String name) {
    query = ByteBuffer.wrap(DnsClient.query(name, 1).toWire());
    try {
      channel =
          DatagramChannel.open()
              .bind(new InetSocketAddress(InetAddress.ofLiteral(source), 0))
              .connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
      channel.configureBlocking(false);
    } catch (IOException e) {
      throw new UncheckedIOException(source, e);
    }
  }

  void ask(int times) {
    try {
      for (int i = 0; i < times; i++) {
        channel.write(query.rewind());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Counts the responses that have come.
  Flood readAll() {
    try {
      while (channel.read(response.clear()) > 0) {
        if ((response.get(FLAGS_HIGH) & TRUNCATED) == 0) {
          answered++;
        } else {
          truncated++;
        }
      }
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int answered() {
    return answered;
  }

  int truncated() {
    return truncated;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
