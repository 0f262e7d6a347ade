package detour.server.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.CookiePolicy;
import detour.dns.answer.CookieSecret;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A client's cookie is about the address it has at the socket, whichever socket that is.
class CookieListenerTest {
  private static final int OPTION_OCTETS = 24;
  private static final AnswerTable TABLE =
      TestQueries.table()
          .identifiedBy(
              ServerOptions.of(
                  "",
                  "",
                  new CookiePolicy(
                      List.of(CookieSecret.parse("e5e973e5a6b2a43f48e7dc849e37bfcf")), true)),
              1);

  @ParameterizedTest
  @CsvSource({"NATIVE, 127.0.0.1", "NATIVE, ::1", "PORTABLE, 127.0.0.1", "PORTABLE, ::1"})
  void shouldKnowAClientByItsCookieOverUdpAndTcp(UdpEngine engine, String address)
      throws IOException {
    assumeTrue(engine == UdpEngine.PORTABLE || Linux.isAvailable());
    SocketSettings settings =
        SocketSettings.of(List.of(new InetSocketAddress(InetAddress.getByName(address), 0)))
            .withUdp(engine, 1, 1232)
            .withTcp(10, 10, Duration.ofSeconds(7));
    try (Listeners listeners = Listeners.open(settings, () -> TABLE, new Metrics())) {
      listeners.start();
      InetSocketAddress server = listeners.addresses().getFirst();
      byte[] cookie;
      try (UdpClient client = new UdpClient(server)) {
        client.send(withCookie(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));
        ByteBuffer refused = client.receive();
        assertThat(refused.get(3) & 0xF).isEqualTo(23 & 0xF);
        cookie = last(refused);
        client.send(withCookie(cookie));
        ByteBuffer answered = client.receive();
        assertThat(TestQueries.answersWww(answered)).isTrue();
        assertThat(last(answered)).isEqualTo(cookie);
      }
      try (TcpClient client = new TcpClient(server)) {
        client.send(TestQueries.framed(withCookie(cookie)));
        assertThat(last(client.receive())).isEqualTo(cookie);
        client.send(TestQueries.framed(TestQueries.askingIdleTime(TestQueries.www(1))));
        ByteBuffer keepalive = client.receive();
        assertThat(keepalive.getShort(keepalive.limit() - 2)).isEqualTo((short) 70);
      }
    }
  }

  private static byte[] withCookie(byte[] cookie) {
    return TestQueries.withOption(TestQueries.www(1), 10, cookie);
  }

  /// The data of a cookie at the end of a response.
  private static byte[] last(ByteBuffer response) {
    byte[] message = new byte[response.limit()];
    response.get(0, message);
    return Arrays.copyOfRange(message, message.length - OPTION_OCTETS, message.length);
  }
}
