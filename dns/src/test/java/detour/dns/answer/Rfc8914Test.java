package detour.dns.answer;

import static detour.dns.answer.Server.options;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/// RFC 8914: Extended DNS Errors that say more than the response code.
class Rfc8914Test {
  private static final int ERROR = 15;

  private final Server server = Server.of("www A 192.0.2.1\n");

  private Message ask(String name, int type) {
    return server.ask(Server.withOptions(name, type), Transport.UDP);
  }

  /// Section 4.21: 20, Not Authoritative; section 4.22: 21, Not Supported.
  @ParameterizedTest
  @CsvSource({
    "www.example.org, 1, 0014",
    "example.com, 252, 0015",
    "example.com, 251, 0015",
    "example.com, 253, 0015",
    "example.com, 249, 0015"
  })
  void shouldSayWhyItRefuses(String name, int type, String infoCode) {
    assertThat(options(ask(name, type), ERROR)).containsExactly(infoCode);
  }

  @Test
  void shouldSayNothingOfAnswersAndAbsence() {
    assertThat(options(ask("www.example.com", Type.A), ERROR)).isEmpty();
    assertThat(options(ask("none.example.com", Type.A), ERROR)).isEmpty();
  }
}
