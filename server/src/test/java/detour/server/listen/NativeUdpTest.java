package detour.server.listen;

import static detour.server.listen.TestQueries.answersWww;
import static detour.server.listen.TestQueries.www;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import detour.dns.answer.AnswerTable;
import detour.server.dnstap.TapSettings;
import detour.server.dnstap.Taps;
import detour.server.linux.Linux;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What only the native engine promises: no garbage, and answers from the address that was asked.
class NativeUdpTest {
  private static final AnswerTable TABLE = TestQueries.table();
  private static final int WINDOW = 64;

  private @Nullable Listeners listeners;

  @BeforeEach
  void requireLinux() {
    assumeTrue(Linux.isAvailable());
  }

  @AfterEach
  void closeListeners() {
    if (listeners != null) {
      listeners.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.2", "127.9.8.7"})
  void shouldAnswerFromTheAddressThatWasAskedWhereItIsBoundToAWildcard(String asked)
      throws IOException {
    InetSocketAddress bound = start("0.0.0.0");

    try (UdpClient client = new UdpClient(new InetSocketAddress(asked, bound.getPort()))) {
      client.send(www(1));

      assertThat(answersWww(client.receive())).isTrue();
      assertThat(client.from())
          .isEqualTo(new InetSocketAddress(InetAddress.getByName(asked), bound.getPort()));
    }
  }

  @Test
  @Timeout(300)
  void shouldAllocateNothingForAMillionQueries() throws IOException {
    assertNothingAllocated(start("127.0.0.1"), 1_000_000);
  }

  @Test
  @Timeout(300)
  void shouldAllocateNothingWhileQueriesAreReported() throws IOException {
    Metrics metrics = new Metrics();
    try (TapReceiver receiver = new TapReceiver();
        Taps taps = new Taps(new TapSettings(receiver.address(), 1, "", ""), metrics)) {
      taps.start();
      assertNothingAllocated(start("127.0.0.1", taps, metrics), 200_000);
      assertThat(metrics.value(Counter.DNSTAP_FRAMES)).isPositive();
    }
  }

  private static void assertNothingAllocated(InetSocketAddress address, int queries)
      throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = listenerThread();

    try (Load load = new Load(address)) {
      // Code that is not compiled yet allocates what the compiler will prove unneeded.
      long warmUp;
      int rounds = 0;
      do {
        long before = threads.getThreadAllocatedBytes(thread);
        load.ask(20_000);
        warmUp = threads.getThreadAllocatedBytes(thread) - before;
      } while (warmUp > 0 && ++rounds < 50);

      long before = threads.getThreadAllocatedBytes(thread);
      load.ask(queries);
      long allocated = threads.getThreadAllocatedBytes(thread) - before;

      assertThat(allocated).isZero();
    }
  }

  private InetSocketAddress start(String host) throws IOException {
    Metrics metrics = new Metrics();
    return start(host, new Taps(null, metrics), metrics);
  }

  private InetSocketAddress start(String host, Taps taps, Metrics metrics) throws IOException {
    SocketSettings settings =
        SocketSettings.of(List.of(new InetSocketAddress(host, 0)))
            .withUdp(UdpEngine.NATIVE, 1, 1232);
    Listeners opened = Listeners.open(settings, () -> TABLE, taps, metrics);
    listeners = opened;
    opened.start();
    return opened.addresses().getFirst();
  }

  private static long listenerThread() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("listen-udp-1"))
        .findFirst()
        .orElseThrow()
        .threadId();
  }

  /// Accepts what is reported and forgets it.
  private static final class TapReceiver implements AutoCloseable {
    private static final byte[] CONTENT_TYPE =
        "protobuf:dnstap.Dnstap".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));

    TapReceiver() throws IOException {
      Thread.ofVirtual().start(this::receive);
    }

    SocketAddress address() {
      return server.getLocalSocketAddress();
    }

    private void receive() {
      try (Socket connection = server.accept()) {
        ByteBuffer accept = ByteBuffer.allocate(20 + CONTENT_TYPE.length);
        accept.putInt(0).putInt(12 + CONTENT_TYPE.length).putInt(1);
        accept.putInt(1).putInt(CONTENT_TYPE.length).put(CONTENT_TYPE);
        connection.getOutputStream().write(accept.array());
        connection.getInputStream().transferTo(OutputStream.nullOutputStream());
      } catch (IOException closed) {
        // The test is over.
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  /// Asks in windows: so many queries, then their answers.
  private static final class Load implements AutoCloseable {
    private final DatagramChannel channel;
    private final ByteBuffer query = ByteBuffer.allocateDirect(512);
    private final ByteBuffer response = ByteBuffer.allocateDirect(4096);

    Load(InetSocketAddress server) throws IOException {
      channel = DatagramChannel.open().connect(server);
      query.put(www(0)).flip();
    }

    /// Returns once all are answered; few enough are under way for the kernel to drop none.
    void ask(int queries) throws IOException {
      for (int asked = 0; asked < queries; asked += WINDOW) {
        for (int i = 0; i < WINDOW; i++) {
          query.putShort(0, (short) (asked + i)).rewind();
          channel.write(query);
        }
        for (int i = 0; i < WINDOW; i++) {
          response.clear();
          channel.read(response);
          response.flip();
          assertThat(Short.toUnsignedInt(response.getShort(0)) - (asked & 0xffff))
              .isBetween(0, WINDOW - 1);
        }
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
