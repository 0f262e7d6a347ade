package detour.server.listen;

import static detour.server.listen.TestQueries.answersWww;
import static detour.server.listen.TestQueries.framed;
import static detour.server.listen.TestQueries.id;
import static detour.server.listen.TestQueries.www;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.Responder;
import detour.dns.answer.Transport;
import detour.server.linux.Linux;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Storms of what no honest client sends. After each batch a good query is answered; every message
/// and connection was counted; memory is what it was after the first storm.
class MalformedStormTest {
  private static final int STORMS = 3;
  private static final int DATAGRAMS_OF_A_KIND = 1_000;
  private static final int DATAGRAMS_UNDER_WAY = 50;
  private static final int CONNECTIONS_OF_A_KIND = 40;
  private static final int HELD_CONNECTIONS = 2_000;
  private static final int MOST_CONNECTIONS = 500;
  private static final int TRICKLING_CONNECTIONS = 100;
  private static final int GOOD = 0xBEEF;

  /// What compiled code, counters and caches of buffers may still take after the first storm.
  private static final long FLAT_BYTES = 4L << 20;

  private static final AnswerTable TABLE = TestQueries.table();

  private final Metrics metrics = new Metrics();
  private @Nullable Listeners opened;

  @AfterEach
  void closeListeners() {
    if (opened != null) {
      opened.close();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NATIVE", "PORTABLE"})
  @Timeout(120)
  void shouldTakeMalformedDatagrams(UdpEngine engine) throws IOException {
    Listeners listeners = start(engine, Duration.ofSeconds(10));
    Random random = new Random(7);
    long sent = 0;
    long flat = 0;
    for (int storm = 0; storm < STORMS; storm++) {
      for (MalformedMessages kind : MalformedMessages.values()) {
        try (UdpClient client = new UdpClient(listeners.addresses().getFirst())) {
          for (int i = 1; i <= DATAGRAMS_OF_A_KIND; i++) {
            client.send(kind.make(random));
            sent++;
            if (i % DATAGRAMS_UNDER_WAY == 0) {
              shouldAnswer(client);
              sent++;
            }
          }
        }
        assertThat(counted(listeners)).as("counted after %s", kind).isEqualTo(sent);
      }
      flat = shouldBeFlat(storm, flat);
    }
    assertThat(metrics.value(Counter.LISTENER_FAILURES)).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  @Timeout(120)
  void shouldTakeMalformedMessagesOverTcp(UdpEngine engine) throws IOException {
    Listeners listeners = start(engine, Duration.ofSeconds(10));
    Random random = new Random(8);
    long connections = 0;
    long flat = 0;
    for (int storm = 0; storm < STORMS; storm++) {
      for (MalformedMessages kind : MalformedMessages.values()) {
        for (int i = 0; i < CONNECTIONS_OF_A_KIND; i++) {
          try (TcpClient client = new TcpClient(listeners.addresses().getFirst())) {
            sendInPieces(client, malformedAndThenTooShort(kind, random), random);
            client.readToEnd();
            connections++;
          }
        }
        shouldAnswer(listeners);
      }
      flat = shouldBeFlat(storm, flat);
    }
    assertThat(metrics.value(Counter.TCP_GARBAGE)).isEqualTo(connections);
    assertThat(metrics.value(Counter.LISTENER_FAILURES)).isZero();
  }

  /// Connections that say how long a message is, send less, and stay.
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  @Timeout(120)
  void shouldTakeThousandsOfHalfOpenConnections(UdpEngine engine) throws IOException {
    Listeners listeners = start(engine, Duration.ofSeconds(10));
    Random random = new Random(9);
    InetSocketAddress server = listeners.addresses().getFirst();
    long flat = 0;
    for (int storm = 0; storm < STORMS; storm++) {
      List<TcpClient> held = new ArrayList<>();
      for (int i = 0; i < HELD_CONNECTIONS; i++) {
        TcpClient client = TcpClient.from("127.0.%d.%d".formatted(1 + i / 200, 1 + i % 10), server);
        held.add(client);
        sendHalf(client, random);
      }
      try (UdpClient client = new UdpClient(server)) {
        shouldAnswer(client);
      }
      await().untilAsserted(() -> shouldAnswer(listeners));
      for (TcpClient client : held) {
        client.close();
      }
      long all = (storm + 1L) * HELD_CONNECTIONS;
      await().until(() -> taken() >= all);
      flat = shouldBeFlat(storm, flat);
    }
    assertThat(metrics.value(Counter.TCP_CONNECTIONS_REFUSED)).isPositive();
    assertThat(metrics.value(Counter.LISTENER_FAILURES)).isZero();
  }

  /// Connections that send an octet now and then, and never a whole message.
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  @Timeout(120)
  void shouldCloseConnectionsThatTrickle(UdpEngine engine) throws IOException {
    Listeners listeners = start(engine, Duration.ofMillis(500));
    InetSocketAddress server = listeners.addresses().getFirst();
    List<TcpClient> trickling = new ArrayList<>();
    for (int i = 0; i < TRICKLING_CONNECTIONS; i++) {
      TcpClient client = TcpClient.from("127.0.1." + (1 + i / 10), server);
      client.send((byte) 0x7F, (byte) 0xFF);
      trickling.add(client);
    }
    await()
        .pollInterval(Duration.ofMillis(20))
        .until(() -> {
          for (TcpClient client : trickling) {
            var _ = sendOrBeClosed(client, (byte) 0);
          }
          return metrics.value(Counter.TCP_CONNECTIONS_TIMED_OUT) >= TRICKLING_CONNECTIONS;
        });
    shouldAnswer(listeners);
    for (TcpClient client : trickling) {
      client.close();
    }
    assertThat(metrics.value(Counter.LISTENER_FAILURES)).isZero();
  }

  private Listeners start(UdpEngine engine, Duration idleTimeout) throws IOException {
    assumeTrue(engine == UdpEngine.PORTABLE || Linux.isAvailable());
    SocketSettings settings =
        SocketSettings.of(List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)))
            .withUdp(engine, 2, 1232)
            .withTcp(MOST_CONNECTIONS, 100, idleTimeout);
    Listeners listeners = Listeners.open(settings, () -> TABLE, metrics);
    opened = listeners;
    listeners.start();
    return listeners;
  }

  /// Asks a good query behind what is under way; datagrams of one socket keep their order.
  private static void shouldAnswer(UdpClient client) throws IOException {
    client.send(www(GOOD));
    ByteBuffer response = client.receive();
    while (id(response) != GOOD) {
      response = client.receive();
    }
    assertThat(answersWww(response)).isTrue();
  }

  private static void shouldAnswer(Listeners listeners) {
    try (TcpClient client = new TcpClient(listeners.addresses().getFirst())) {
      client.send(framed(www(GOOD)));
      assertThat(answersWww(client.receive())).isTrue();
    } catch (IOException e) {
      throw new AssertionError("a good query over TCP is not answered", e);
    }
  }

  private static byte[] malformedAndThenTooShort(MalformedMessages kind, Random random) {
    byte[][] messages = new byte[20][];
    for (int i = 0; i < messages.length - 1; i++) {
      messages[i] = kind.make(random);
    }
    messages[messages.length - 1] = new byte[] {1, 2, 3};
    return framed(messages);
  }

  private static void sendInPieces(TcpClient client, byte[] octets, Random random) {
    for (int from = 0; from < octets.length; ) {
      int length = Math.min(octets.length - from, 1 + random.nextInt(2_000));
      var _ = sendOrBeClosed(client, Arrays.copyOfRange(octets, from, from + length));
      from += length;
    }
  }

  private static void sendHalf(TcpClient client, Random random) {
    byte[] query = framed(www(1));
    int length = 1 + random.nextInt(query.length - 1);
    var _ = sendOrBeClosed(client, Arrays.copyOf(query, length));
  }

  /// The server may have closed the connection: it was one too many, slow, or sent no DNS.
  ///
  /// @return whether it has not, as far as is known
  private static boolean sendOrBeClosed(TcpClient client, byte... octets) {
    try {
      client.send(octets);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private long taken() {
    return metrics.value(Counter.TCP_CONNECTIONS_ACCEPTED)
        + metrics.value(Counter.TCP_CONNECTIONS_REFUSED);
  }

  /// Every datagram: answered, dropped, or not read.
  private long counted(Listeners listeners) {
    AtomicLong sum = new AtomicLong(metrics.value(Counter.UDP_UNREADABLE));
    for (Responder responder : listeners.responders()) {
      sum.addAndGet(responder.counts().dropped(Transport.UDP));
      responder
          .counts()
          .forEach((transport, type, code, responses) ->
              sum.addAndGet(transport == Transport.UDP ? responses : 0));
    }
    return sum.get();
  }

  /// @param flat octets in use after the first storm
  /// @return what may be in use after the next one
  private static long shouldBeFlat(int storm, long flat) {
    if (storm == 0) {
      return usedBytes();
    }
    await()
        .untilAsserted(
            () -> assertThat(usedBytes()).as("octets in use").isLessThan(flat + FLAT_BYTES));
    return flat;
  }

  /// The heap after a collection, and Netty's buffers outside of it.
  private static long usedBytes() {
    System.gc();
    long buffers =
        ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
            ? provider.metric().usedDirectMemory()
            : 0;
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() + buffers;
  }
}
