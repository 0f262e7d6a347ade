package detour.server.listen;

import static detour.server.listen.TestQueries.answersWww;
import static detour.server.listen.TestQueries.big;
import static detour.server.listen.TestQueries.framed;
import static detour.server.listen.TestQueries.id;
import static detour.server.listen.TestQueries.www;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.dns.answer.AnswerTable;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What the TCP listener does, over epoll (with the native engine) and over the JDK's selector.
class TcpBatteryTest {
  private static final AnswerTable TABLE = TestQueries.table();
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(300);

  private final Metrics metrics = new Metrics();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"AUTO, 127.0.0.1", "AUTO, ::1", "PORTABLE, 127.0.0.1", "PORTABLE, ::1"})
  void shouldAnswer(UdpEngine engine, String address) throws IOException {
    Listeners listeners = start(engine, address, 10, 10, LONG);
    TcpClient client = connect(listeners);

    client.send(framed(www(1)));

    assertThat(answersWww(client.receive())).isTrue();
  }

  /// RFC 6891 section 6.2.3: what the server takes over UDP, however the query came.
  @Test
  void shouldAnnounceItsUdpPayload() throws Exception {
    SocketSettings settings =
        SocketSettings.of(List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)))
            .withUdp(UdpEngine.AUTO, 1, 1400);
    Listeners listeners = Listeners.open(settings, () -> TABLE, metrics);
    opened.addFirst(listeners);
    listeners.start();
    TcpClient client = connect(listeners);
    byte[] query = Arrays.copyOf(www(1), www(1).length + 11);
    query[11] = 1; // ARCOUNT
    query[query.length - 9] = 41; // OPT
    query[query.length - 8] = 4; // 1024 octets

    client.send(framed(query));

    ByteBuffer response = client.receive();
    assertThat(response.getShort(response.limit() - 8)).isEqualTo((short) 1400);
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldAnswerPipelinedQueriesInOrder(UdpEngine engine) throws IOException {
    TcpClient client = connect(start(engine, 10, 10, LONG));
    byte[][] queries = new byte[500][];
    for (int i = 0; i < queries.length; i++) {
      queries[i] = i % 50 == 0 ? big(i) : www(i);
    }

    client.send(framed(queries));

    for (int i = 0; i < queries.length; i++) {
      ByteBuffer response = client.receive();
      assertThat(id(response)).isEqualTo(i);
      assertThat(response.limit()).isGreaterThan(i % 50 == 0 ? 20_000 : 40);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldPutTogetherQueriesThatComeInPieces(UdpEngine engine) throws IOException {
    TcpClient client = connect(start(engine, 10, 10, LONG));
    byte[] octets = framed(www(1), www(2), www(3));

    for (byte octet : octets) {
      client.send(octet);
    }

    for (int i = 1; i <= 3; i++) {
      assertThat(id(client.receive())).isEqualTo(i);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldCloseAConnectionWithoutQueries(UdpEngine engine) throws IOException {
    TcpClient client = connect(start(engine, 10, 10, SHORT));

    assertThat(client.readToEnd()).isZero();
    assertThat(metrics.value(Counter.TCP_CONNECTIONS_TIMED_OUT)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldCloseAConnectionThatNeverCompletesAQuery(UdpEngine engine) {
    Listeners listeners = start(engine, 10, 10, SHORT);
    TcpClient client = connect(listeners);
    byte[] octets = framed(new byte[60_000]);

    // One octet after the other; each would extend an idle time that ran from the last octet.
    await()
        .pollInterval(Duration.ofMillis(10))
        .until(() -> {
          try {
            client.send(octets[0], octets[1]);
            return metrics.value(Counter.TCP_CONNECTIONS_TIMED_OUT) == 1;
          } catch (SocketException e) {
            return true;
          }
        });

    assertThat(metrics.value(Counter.TCP_CONNECTIONS_TIMED_OUT)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldDropAClientThatDoesNotRead(UdpEngine engine) throws IOException {
    Listeners listeners = start(engine, 10, 10, Duration.ofSeconds(1));
    TcpClient slow = new TcpClient(listeners.addresses().getFirst(), 4096);
    opened.add(slow);
    byte[][] queries = new byte[2_000][]; // 40 MB of responses
    for (int i = 0; i < queries.length; i++) {
      queries[i] = big(i);
    }

    slow.send(framed(queries));

    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> metrics.value(Counter.TCP_SLOW_READERS_DROPPED) == 1);
    assertThat(slow.readToEnd()).isLessThan(20_000_000);
    TcpClient other = connect(listeners);
    other.send(framed(www(1)));
    assertThat(answersWww(other.receive())).isTrue();
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldServeAPatientClientThatReadsLate(UdpEngine engine) throws IOException {
    TcpClient client = connect(start(engine, 10, 10, LONG));
    byte[][] queries = new byte[600][]; // 12 MB of responses, more than any buffer on the way
    for (int i = 0; i < queries.length; i++) {
      queries[i] = big(i);
    }

    client.send(framed(queries));

    for (int i = 0; i < queries.length; i++) {
      assertThat(id(client.receive())).isEqualTo(i);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldRefuseConnectionsAboveAClientsLimit(UdpEngine engine) throws IOException {
    Listeners listeners = start(engine, 100, 3, LONG);
    for (int i = 0; i < 3; i++) {
      connect(listeners);
    }
    await().until(() -> metrics.value(Counter.TCP_CONNECTIONS_ACCEPTED) == 3);

    assertThat(connect(listeners).readToEnd()).isZero();
    assertThat(metrics.value(Counter.TCP_CONNECTIONS_REFUSED)).isEqualTo(1);

    TcpClient other = TcpClient.from("127.0.0.2", listeners.addresses().getFirst());
    opened.add(other);
    other.send(framed(www(1)));
    assertThat(answersWww(other.receive())).isTrue();
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldAcceptAgainWhenAClientsConnectionsAreGone(UdpEngine engine) throws Exception {
    Listeners listeners = start(engine, 100, 1, LONG);
    TcpClient first = connect(listeners);
    first.send(framed(www(1)));
    first.receive();
    first.close();

    await()
        .until(() -> {
          TcpClient next = connect(listeners);
          next.send(framed(www(2)));
          try {
            return answersWww(next.receive());
          } catch (IOException e) {
            return false; // the first one is not forgotten yet
          }
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldAnswerWhileAThousandConnectionsAreHeldOpen(UdpEngine engine) throws IOException {
    Listeners listeners = start(engine, 1000, 100, LONG);
    InetSocketAddress address = listeners.addresses().getFirst();
    for (int i = 0; i < 1000; i++) {
      TcpClient client = TcpClient.from("127.0.1." + (1 + i / 100), address);
      client.send((byte) 0); // half of a length
      opened.add(client);
    }
    await().until(() -> metrics.value(Counter.TCP_CONNECTIONS_ACCEPTED) == 1000);

    try (UdpClient udp = new UdpClient(address)) {
      udp.send(www(1));
      assertThat(answersWww(udp.receive())).isTrue();
    }
    await()
        .untilAsserted(() -> {
          try (TcpClient tcp = new TcpClient(address)) {
            tcp.send(framed(www(2)));
            assertThat(answersWww(tcp.receive())).isTrue();
          } catch (IOException e) {
            throw new AssertionError("none is idle for long enough yet", e);
          }
        });
    assertThat(metrics.value(Counter.TCP_CONNECTIONS_EVICTED)).isPositive();
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldCloseAConnectionThatSendsNoDns(UdpEngine engine) throws IOException {
    TcpClient client = connect(start(engine, 10, 10, LONG));

    client.send((byte) 0, (byte) 3, (byte) 1, (byte) 2, (byte) 3);

    assertThat(client.readToEnd()).isZero();
    assertThat(metrics.value(Counter.TCP_GARBAGE)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldCloseConnectionsAndEndThreadsWhenClosed(UdpEngine engine) throws IOException {
    Listeners listeners = start(engine, 10, 10, LONG);
    TcpClient idle = connect(listeners);
    TcpClient slow = new TcpClient(listeners.addresses().getFirst(), 4096);
    opened.add(slow);
    byte[][] queries = new byte[200][];
    for (int i = 0; i < queries.length; i++) {
      queries[i] = big(i);
    }
    slow.send(framed(queries));
    await().until(() -> metrics.value(Counter.TCP_CONNECTIONS_ACCEPTED) == 2);

    long before = System.nanoTime();
    listeners.close();

    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
    assertThat(idle.readToEnd()).isZero();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("listen-"));
  }

  private Listeners start(
      UdpEngine engine, int connections, int connectionsPerClient, Duration idleTimeout) {
    return start(engine, "127.0.0.1", connections, connectionsPerClient, idleTimeout);
  }

  private Listeners start(
      UdpEngine engine,
      String address,
      int connections,
      int connectionsPerClient,
      Duration idleTimeout) {
    SocketSettings settings =
        SocketSettings.of(List.of(new InetSocketAddress(address, 0)))
            .withUdp(engine, 1, 1232)
            .withTcp(connections, connectionsPerClient, idleTimeout);
    try {
      Listeners listeners = Listeners.open(settings, () -> TABLE, metrics);
      opened.addFirst(listeners);
      listeners.start();
      return listeners;
    } catch (ListenException e) {
      throw new AssertionError(e);
    }
  }

  private TcpClient connect(Listeners listeners) {
    try {
      TcpClient client = new TcpClient(listeners.addresses().getFirst());
      opened.add(client);
      return client;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
