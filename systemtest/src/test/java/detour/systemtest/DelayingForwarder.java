package detour.systemtest;

import detour.systemtest.RoutedNetwork.Place;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/// Forwards connections, and holds back whatever goes through for a while, each way. It stands in
/// for a long way, since not every kernel can delay packets.
final class DelayingForwarder implements AutoCloseable {
  private static final int CONNECT_MILLIS = 1_000;
  private static final int CHUNK_BYTES = 16_384;

  private final ServerSocket listener;
  private final InetSocketAddress destination;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile Duration delay = Duration.ZERO;

  /// @param bytes none for the end of the stream
  private record Chunk(long dueNanos, ByteBuffer bytes) {}

  /// Listens on a port of the place's loopback.
  ///
  /// @param destination an address that the place can reach
  DelayingForwarder(Place place, int port, InetSocketAddress destination) {
    this.destination = destination;
    listener = NamespaceEntry.call(place.namespace().name(), () -> listen(port));
    Thread _ = place.start(this::accept);
  }

  private static ServerSocket listen(int port) {
    try {
      return new ServerSocket(port, 50, InetAddress.ofLiteral("127.0.0.1"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String endpoint() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /// From now on everything takes so much longer each way.
  void delay(Duration oneWay) {
    delay = oneWay;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket near = listener.accept();
        // In this thread, so that the socket is in this thread's network.
        Socket far = new Socket();
        open.add(near);
        open.add(far);
        connect(near, far);
      } catch (IOException e) {
        // Closed, or its client is gone again.
      }
    }
  }

  private void connect(Socket near, Socket far) throws IOException {
    try {
      far.connect(destination, CONNECT_MILLIS);
    } catch (IOException e) {
      end(near, far);
      return;
    }
    forward(near, far);
    forward(far, near);
  }

  private void forward(Socket from, Socket to) {
    BlockingQueue<Chunk> onTheWay = new LinkedBlockingQueue<>();
    Thread _ = Thread.startVirtualThread(() -> read(from, onTheWay));
    Thread _ = Thread.startVirtualThread(() -> write(onTheWay, from, to));
  }

  private void read(Socket from, BlockingQueue<Chunk> onTheWay) {
    byte[] buffer = new byte[CHUNK_BYTES];
    try {
      InputStream in = from.getInputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        onTheWay.add(chunk(Arrays.copyOf(buffer, count)));
      }
    } catch (IOException e) {
      // It ends as any other.
    }
    onTheWay.add(chunk(new byte[0]));
  }

  private Chunk chunk(byte[] bytes) {
    return new Chunk(System.nanoTime() + delay.toNanos(), ByteBuffer.wrap(bytes));
  }

  private void write(BlockingQueue<Chunk> onTheWay, Socket from, Socket to) {
    try {
      OutputStream out = to.getOutputStream();
      for (Chunk next = onTheWay.take(); next.bytes().hasRemaining(); next = onTheWay.take()) {
        Thread.sleep(Duration.ofNanos(Math.max(0, next.dueNanos() - System.nanoTime())));
        out.write(next.bytes().array());
      }
    } catch (IOException e) {
      // Nobody is there to take it.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    end(from, to);
  }

  private void end(Socket one, Socket other) {
    for (Socket socket : new Socket[] {one, other}) {
      open.remove(socket);
      try {
        socket.close();
      } catch (IOException e) {
        // It is gone.
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
