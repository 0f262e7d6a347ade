package detour.dns.answer;

import static detour.dns.answer.Server.options;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/// RFC 7830 and RFC 8467: padding.
class Rfc7830Test {
  private static final int PADDING = 12;
  private static final EDNSOption ASKED = Server.option(PADDING, "000000");

  private final Server server =
      Server.of("www A 192.0.2.1\nwide TXT " + ("x".repeat(250) + " ").repeat(2) + "\n");

  private byte[] ask(String name, Transport transport, EDNSOption... options) {
    return server.askRaw(Server.withOptions(name, Type.TXT, options).toWire(), transport);
  }

  /// RFC 8467 section 4.1: blocks of 468 octets, be it an answer, an absence or a refusal.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "www.example.com",
        "wide.example.com",
        "none.example.com",
        "example.com",
        "example.org"
      })
  void shouldPadToBlocksWhereEncrypted(String name) {
    byte[] response = ask(name, Transport.TLS, ASKED);
    assertThat(response.length % 468).isZero();
    assertThat(response.length).isEqualTo(name.startsWith("wide") ? 936 : 468);
  }

  /// RFC 7830 section 3: zeros; whatever else there is comes before them.
  @Test
  void shouldPadLastWithZeros() {
    server.table = server.table.identifiedBy(ServerOptions.named("ams1"), 1);
    EDNSOption nsid = Server.option(3, "");
    Message response = Server.decode(ask("www.example.com", Transport.TLS, ASKED, nsid));
    List<EDNSOption> all = response.getOPT().getOptions();
    assertThat(all).hasSize(2);
    assertThat(all.getLast().getCode()).isEqualTo(PADDING);
    assertThat(options(response, PADDING).getFirst()).matches("(00)+");
  }

  /// RFC 7830 section 6: never in clear text.
  @Test
  void shouldNotPadInClearText() {
    for (Transport transport : List.of(Transport.UDP, Transport.TCP)) {
      Message response = Server.decode(ask("www.example.com", transport, ASKED));
      assertThat(options(response, PADDING)).isEmpty();
    }
  }

  /// RFC 7830 section 4: only when the query was padded.
  @Test
  void shouldNotPadUnasked() {
    Message response = Server.decode(ask("www.example.com", Transport.TLS));
    assertThat(options(response, PADDING)).isEmpty();
  }
}
