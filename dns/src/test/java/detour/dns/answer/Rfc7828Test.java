package detour.dns.answer;

import static detour.dns.answer.Server.options;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/// RFC 7828: how long a connection may be idle.
class Rfc7828Test {
  private static final int KEEPALIVE = 11;

  private static Message ask(long idleMillis, Transport transport, String payload) {
    Server zone = Server.of("www A 192.0.2.1\n");
    Responder responder = new Responder(1);
    responder.tellIdleMillis(idleMillis);
    Server server = new Server(zone.table, responder);
    return server.ask(
        Server.withOptions("www.example.com", Type.A, Server.option(KEEPALIVE, payload)),
        transport);
  }

  /// Section 3.1: in units of 100 milliseconds, 16 bits.
  @ParameterizedTest
  @CsvSource({"10000, 0064", "99, 0000", "150, 0001", "10000000, ffff"})
  void shouldTellTheIdleTimeOverAConnection(long idleMillis, String expected) {
    assertThat(options(ask(idleMillis, Transport.TCP, ""), KEEPALIVE)).containsExactly(expected);
    assertThat(options(ask(idleMillis, Transport.TLS, ""), KEEPALIVE)).containsExactly(expected);
  }

  /// Section 3.3.1: over UDP the option is ignored.
  @Test
  void shouldTellNothingOverUdp() {
    assertThat(options(ask(10_000, Transport.UDP, ""), KEEPALIVE)).isEmpty();
  }

  @Test
  void shouldTellNothingUnasked() {
    Server server = Server.of("www A 192.0.2.1\n");
    Message query = Server.withOptions("www.example.com", Type.A);
    assertThat(options(server.ask(query, Transport.TCP), KEEPALIVE)).isEmpty();
  }

  /// Section 3.2.1: a query has no time; one that has is answered all the same.
  @Test
  void shouldIgnoreATimeInAQuery() {
    assertThat(options(ask(10_000, Transport.TCP, "0001"), KEEPALIVE)).containsExactly("0064");
  }
}
