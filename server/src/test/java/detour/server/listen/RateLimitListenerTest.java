package detour.server.listen;

import static detour.server.listen.TestQueries.answersWww;
import static detour.server.listen.TestQueries.www;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import detour.dns.answer.AddressPrefix;
import detour.dns.answer.AnswerTable;
import detour.dns.answer.CookiePolicy;
import detour.dns.answer.CookieSecret;
import detour.dns.answer.RateLimits;
import detour.dns.answer.Responder;
import detour.dns.answer.ResponseCounts;
import detour.dns.answer.ServerOptions;
import detour.server.linux.Linux;
import detour.server.metrics.Metrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A flood from one prefix, at real sockets: an answer a second for one name, 60 at once.
class RateLimitListenerTest {
  private static final int AT_ONCE = 60;
  private static final int FLOOD = 500;
  private static final int COOKIE_OCTETS = 24;

  private @Nullable Listeners opened;
  private long startedNanos;

  @AfterEach
  void closeListeners() {
    if (opened != null) {
      opened.close();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NATIVE", "PORTABLE"})
  void shouldAnswerTheRateAndTruncateWhatSlips(UdpEngine engine) throws IOException {
    start(engine, limits(1, List.of()));
    int answered = 0;
    int truncated = 0;
    // From many ports, so that several threads meet the flood.
    for (int round = 0; round < 10; round++) {
      try (UdpClient client = client("127.0.0.9")) {
        for (int i = 0; i < FLOOD / 10; i++) {
          client.send(www(i));
        }
        for (int i = 0; i < FLOOD / 10; i++) {
          ByteBuffer response = client.receive();
          boolean slipped = (response.get(2) & 2) != 0;
          assertThat(slipped || answersWww(response)).isTrue();
          answered += slipped ? 0 : 1;
          truncated += slipped ? 1 : 0;
        }
      }
    }
    assertThat(answered).isBetween(AT_ONCE, AT_ONCE + secondsSinceStart());
    assertThat(truncated).isEqualTo(FLOOD - answered);
    assertThat(count(ResponseCounts::slipped)).isEqualTo(truncated);
    assertThat(count(counts -> counts.limited(RateLimits.Kind.ANSWERS))).isEqualTo(truncated);
  }

  @ParameterizedTest
  @EnumSource(names = {"NATIVE", "PORTABLE"})
  void shouldHarmNobodyElse(UdpEngine engine) throws IOException {
    start(engine, limits(0, List.of()));
    try (UdpClient flooding = client("127.0.0.9");
        UdpClient neighbour = client("127.0.1.9");
        TcpClient stream = new TcpClient(listeners().addresses().getFirst())) {
      byte[] cookie = cookie(neighbour);
      flood(flooding);

      for (int i = 0; i < AT_ONCE / 2; i++) {
        neighbour.send(www(i));
        assertThat(answersWww(neighbour.receive())).as("another prefix").isTrue();
      }
      for (int i = 0; i < 2 * AT_ONCE; i++) {
        stream.send(TestQueries.framed(www(i)));
        assertThat(answersWww(stream.receive())).as("TCP from the prefix").isTrue();
      }
      for (int i = 0; i < 2 * AT_ONCE; i++) {
        neighbour.send(withCookie(cookie));
        assertThat(answersWww(neighbour.receive())).as("a valid cookie").isTrue();
      }
      flood(neighbour);
      neighbour.send(withCookie(cookie));
      assertThat(answersWww(last(neighbour))).as("a valid cookie above the limit").isTrue();
    }
    assertThat(count(ResponseCounts::slipped)).isZero();
    assertThat(count(ResponseCounts::known)).isEqualTo(2 * AT_ONCE + 1);
  }

  @ParameterizedTest
  @EnumSource(names = {"NATIVE", "PORTABLE"})
  void shouldExemptLoopbackByDefault(UdpEngine engine) throws IOException {
    start(engine, limits(0, RateLimits.DEFAULT.exempt()));
    try (UdpClient client = client("127.0.0.9")) {
      for (int i = 0; i < FLOOD; i++) {
        client.send(www(i));
        assertThat(answersWww(client.receive())).isTrue();
      }
    }
  }

  private void start(UdpEngine engine, RateLimits limits) throws IOException {
    assumeTrue(engine == UdpEngine.PORTABLE || Linux.isAvailable());
    CookiePolicy cookies =
        new CookiePolicy(List.of(CookieSecret.parse("e5e973e5a6b2a43f48e7dc849e37bfcf")), false);
    AnswerTable table =
        TestQueries.table().identifiedBy(ServerOptions.of("", "", cookies).limiting(limits), 1);
    SocketSettings settings =
        SocketSettings.of(List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)))
            .withUdp(engine, 2, 1232);
    opened = Listeners.open(settings, () -> table, new Metrics());
    opened.start();
    startedNanos = System.nanoTime();
  }

  private Listeners listeners() {
    return requireNonNull(opened);
  }

  private static RateLimits limits(int slip, List<AddressPrefix> exempt) {
    return new RateLimits(
        RateLimits.Mode.ON, 1, 1, 1, 1, 0, Duration.ofSeconds(AT_ONCE), slip, 24, 56, exempt);
  }

  private int secondsSinceStart() {
    return (int) Duration.ofNanos(System.nanoTime() - startedNanos).toSeconds() + 1;
  }

  private UdpClient client(String address) throws IOException {
    return new UdpClient(
        listeners().addresses().getFirst(),
        new InetSocketAddress(InetAddress.ofLiteral(address), 0));
  }

  /// Asks until nothing is answered any more.
  private void flood(UdpClient client) throws IOException {
    long before = count(counts -> counts.limited(RateLimits.Kind.ANSWERS));
    for (int i = 0; i < FLOOD; i++) {
      client.send(www(i));
    }
    await()
        .until(() ->
            count(counts -> counts.limited(RateLimits.Kind.ANSWERS))
                > before + FLOOD - 2 * AT_ONCE);
  }

  private long count(ToLongFunction<ResponseCounts> count) {
    return listeners().responders().stream().map(Responder::counts).mapToLong(count).sum();
  }

  private static byte[] cookie(UdpClient client) throws IOException {
    client.send(withCookie(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));
    ByteBuffer response = client.receive();
    byte[] message = new byte[response.limit()];
    response.get(0, message);
    return Arrays.copyOfRange(message, message.length - COOKIE_OCTETS, message.length);
  }

  /// The response to the query with a cookie, behind those without.
  private static ByteBuffer last(UdpClient client) throws IOException {
    ByteBuffer response = client.receive();
    while (response.getShort(10) == 0) {
      response = client.receive();
    }
    return response;
  }

  private static byte[] withCookie(byte[] cookie) {
    byte[] query = www(1);
    query[11] = 1;
    return ByteBuffer.allocate(query.length + 15 + cookie.length)
        .put(query)
        .put((byte) 0)
        .putShort((short) 41)
        .putShort((short) 1232)
        .putInt(0)
        .putShort((short) (4 + cookie.length))
        .putShort((short) 10)
        .putShort((short) cookie.length)
        .put(cookie)
        .array();
  }
}
