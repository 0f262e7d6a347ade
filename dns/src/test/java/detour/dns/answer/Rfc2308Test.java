package detour.dns.answer;

import static detour.dns.answer.Server.authorities;
import static detour.dns.answer.Server.status;
import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.wire.Name;
import detour.dns.zone.ZoneBuilder;
import detour.dns.zone.ZoneException;
import detour.dns.zone.ZoneTexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/// RFC 2308: negative answers and how long they may be kept.
class Rfc2308Test {
  @ParameterizedTest
  @CsvSource({"3600, 300, 300", "60, 300, 60", "0, 300, 0", "300, 0, 0", "3600, 4294967295, 3600"})
  void shouldSendLowerOfSoaTtlAndMinimum(long ttl, long minimum, long expected)
      throws ZoneException {
    ZoneBuilder builder = new ZoneBuilder(Name.parse("example.com"));
    ZoneTexts.addAll(
        builder,
        "example.com",
        "@ %d SOA ns1 hostmaster 1 2 3 4 %d\n@ 3600 NS ns1\n".formatted(ttl, minimum));
    Server server = Server.of(builder.build());
    for (String name : new String[] {"example.com", "no.example.com"}) {
      Message response = server.ask(name, Type.TXT);
      assertThat(authorities(response))
          .hasSize(1)
          .first()
          .asString()
          .startsWith("example.com. " + expected + " SOA");
    }
    assertThat(Server.answers(server.ask("example.com", Type.SOA)).getFirst())
        .startsWith("example.com. " + ttl + " SOA");
  }

  /// Section 2.1.
  @Test
  void shouldAnswerNameErrorOfTheLastNameOfAChain() {
    Message response = Server.of("alias CNAME nowhere\n").ask("alias.example.com", Type.A);
    assertThat(status(response)).isEqualTo("NXDOMAIN aa");
    assertThat(Server.answers(response)).hasSize(1);
    assertThat(authorities(response)).containsExactly(Server.SOA);
  }

  /// Section 2.2.
  @Test
  void shouldAnswerNoDataOfTheLastNameOfAChain() {
    Message response =
        Server.of("alias CNAME ns1\nns1 A 192.0.2.1\n").ask("alias.example.com", Type.MX);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(Server.answers(response)).hasSize(1);
    assertThat(authorities(response)).containsExactly(Server.SOA);
  }

  /// Section 3: without the SOA the client could not keep the answer, and TC would make it ask
  /// again.
  @Test
  void shouldCompressTheSoaRatherThanTruncate() {
    String label = "l".repeat(62);
    Server server = Server.of("d DNAME %1$s.%1$s.%1$s.example.com.\n".formatted(label));
    Message response = server.ask("x.d.example.com", Type.A);
    assertThat(status(response)).isEqualTo("NXDOMAIN aa");
    assertThat(Server.answers(response)).hasSize(2);
    assertThat(authorities(response)).containsExactly(Server.SOA);
  }
}
