package detour.server.listen;

import static detour.server.listen.TestQueries.answersWww;
import static detour.server.listen.TestQueries.askingIdleTime;
import static detour.server.listen.TestQueries.big;
import static detour.server.listen.TestQueries.framed;
import static detour.server.listen.TestQueries.id;
import static detour.server.listen.TestQueries.toldIdleTime;
import static detour.server.listen.TestQueries.www;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.dns.answer.AnswerTable;
import detour.server.dnstap.Taps;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// RFC 7766: connections of several clients and with several queries, over epoll and over the JDK's
/// selector; and what RFC 7828 has them told.
class Rfc7766Test {
  private static final AnswerTable TABLE = TestQueries.table();
  private static final Duration HALF_A_MINUTE = Duration.ofSeconds(30);

  private final Metrics metrics = new Metrics();
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  /// Section 6.2.1.1: pipelined queries do not wait for each other, not even for one that is not
  /// all there.
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldAnswerEachQueryBeforeTheNextIsComplete(UdpEngine engine) throws IOException {
    TcpClient client = connect(start(engine, 10, HALF_A_MINUTE));
    byte[] octets = framed(www(1), big(2), www(3));
    int first = 2 + www(1).length;
    int second = first + 2 + big(2).length;

    client.send(Arrays.copyOfRange(octets, 0, first + 1));
    assertThat(id(client.receive())).isEqualTo(1);
    client.send(Arrays.copyOfRange(octets, first + 1, second + 20));
    assertThat(id(client.receive())).isEqualTo(2);
    client.send(Arrays.copyOfRange(octets, second + 20, octets.length));
    assertThat(id(client.receive())).isEqualTo(3);
  }

  /// Section 10: one client's resources are not another's.
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldAnswerOthersOfTheSameThreadWhileOneDoesNotRead(UdpEngine engine) throws IOException {
    TcpListener listener = start(engine, 10, HALF_A_MINUTE);
    stall(listener, 80);
    TcpClient other = connect(listener);

    for (int i = 0; i < 100; i++) {
      other.send(framed(i % 10 == 0 ? big(i) : www(i)));
      assertThat(id(other.receive())).isEqualTo(i);
    }
  }

  /// Section 6.2.3, RFC 7828 section 3.3.2: what is told shrinks with the places that are left.
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldTellAShorterIdleTimeTheFewerPlacesAreLeft(UdpEngine engine) throws IOException {
    TcpListener listener = start(engine, 10, HALF_A_MINUTE);
    List<Integer> told = new ArrayList<>();

    for (int i = 0; i < 10; i++) {
      TcpClient client = connect(listener);
      client.send(framed(askingIdleTime(www(i))));
      told.add(toldIdleTime(client.receive()));
    }

    assertThat(told).containsExactly(300, 300, 300, 300, 300, 240, 180, 120, 0, 0);
  }

  /// Section 6.2.3: a server may close sooner when it is short of resources.
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldCloseIdleConnectionsSoonWhenPlacesRunShort(UdpEngine engine) throws IOException {
    TcpListener listener = start(engine, 4, Duration.ofHours(1));
    for (int i = 0; i < 4; i++) {
      connect(listener);
    }

    await().until(() -> metrics.value(Counter.TCP_CONNECTIONS_TIMED_OUT) >= 1);

    assertThat(metrics.value(Counter.TCP_CONNECTIONS_EVICTED)).isZero();
  }

  /// Section 6.2.4: a client that closes its side has asked what it wanted, and wants answers.
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldAnswerAllOfAClientThatHasClosedItsSide(UdpEngine engine) throws IOException {
    TcpListener listener = start(engine, 10, HALF_A_MINUTE);
    TcpClient client = new TcpClient(listener.bound(), 4096);
    opened.addFirst(client);
    client.send(framed(bigQueries(80)));
    client.endOutput();

    for (int i = 0; i < 80; i++) {
      assertThat(id(client.receive())).isEqualTo(i);
    }
    assertThat(client.readToEnd()).isZero();
  }

  /// What was read is answered, whole and to the end, though the client reads it after the stop;
  /// and RFC 7828 section 3.3.2: it is asked to close.
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldSendAllAnswersToAClientThatReadsAfterTheStop(UdpEngine engine) throws IOException {
    TcpListener listener = start(engine, 10, HALF_A_MINUTE);
    TcpClient slow = stall(listener, 60);

    listener.stop();

    List<Integer> told = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      ByteBuffer response = slow.receive();
      assertThat(id(response)).isEqualTo(i);
      assertThat(response.limit()).isGreaterThan(20_000);
      told.add(toldIdleTime(response));
    }
    assertThat(slow.readToEnd()).isZero();
    assertThat(told.getFirst()).isEqualTo(300);
    assertThat(told.getLast()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldHoldLittleForAClientThatDoesNotRead(UdpEngine engine) throws IOException {
    TcpListener listener = start(engine, 10, Duration.ofSeconds(1));
    TcpClient slow = stall(listener, 80); // 1.6 MB of responses

    await().until(() -> metrics.value(Counter.TCP_SLOW_READERS_DROPPED) == 1);

    // What was on its way; the rest went with the connection.
    assertThat(slow.readToEnd()).isLessThan(400_000);
  }

  /// A client that asks for more than fits on the way, and does not read.
  private TcpClient stall(TcpListener listener, int queries) throws IOException {
    TcpClient slow = new TcpClient(listener.bound(), 4096);
    opened.addFirst(slow);
    slow.send(framed(bigQueries(queries)));
    await().until(() -> answered(listener) > 0);
    assertThat(answered(listener)).isLessThan(queries);
    return slow;
  }

  private static byte[][] bigQueries(int count) {
    byte[][] queries = new byte[count][];
    for (int i = 0; i < count; i++) {
      queries[i] = askingIdleTime(big(i));
    }
    return queries;
  }

  private static long answered(TcpListener listener) {
    long[] sum = {0};
    listener
        .responders()
        .forEach(responder ->
            responder.counts().forEach((transport, type, code, count) -> sum[0] += count));
    return sum[0];
  }

  private TcpListener start(UdpEngine engine, int connections, Duration idleTimeout)
      throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    SocketSettings settings =
        SocketSettings.of(List.of(any))
            .withUdp(engine, 1, 1232)
            .withTcp(connections, connections, idleTimeout)
            .withTcpThreads(1);
    TcpListener listener =
        new TcpListener(
            settings,
            new TcpLimits(settings, metrics),
            null,
            () -> TABLE,
            new Taps(null, metrics),
            metrics);
    opened.addLast(listener);
    listener.bind(any);
    listener.start();
    return listener;
  }

  private TcpClient connect(TcpListener listener) throws IOException {
    TcpClient client = new TcpClient(listener.bound());
    opened.addFirst(client);
    client.send(framed(www(0)));
    assertThat(answersWww(client.receive())).isTrue();
    return client;
  }
}
