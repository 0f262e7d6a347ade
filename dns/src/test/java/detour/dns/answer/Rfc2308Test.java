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

  /// Section 3: the SOA, compressed as tightly as names can be (RFC 1035 section 4.1.4).
  @ParameterizedTest
  @CsvSource({
    "ns1, hostmaster, no",
    "ns1, hostmaster, a.b.no",
    "NS1, hostmaster.ns1, no",
    "ns.a.b, host.a.b, no",
    "ns.a.b, host.a.b, no.b",
    "ns.a.b, host.a.b, no.a.b",
    "ns.a.b, host.a.b, no.ns.a.b",
    "ns.a.b, host, no.host",
    "@, @, no",
    "., ., no",
    "ns.example.net., host.ns.example.net., no",
    "ns.example.net., host.example.net., no",
    "ns.example.org., host.other.com., no",
    "ns.other.com., host.xample.com., no",
    "com., host.com., no",
  })
  void shouldCompressTheSoa(String primary, String mailbox, String name) throws ZoneException {
    ZoneBuilder builder = new ZoneBuilder(Name.parse("example.com"));
    ZoneTexts.addAll(
        builder,
        "example.com",
        "@ 3600 SOA %s %s 1 2 3 4 300\n@ 3600 NS ns1\n".formatted(primary, mailbox)
            + "alias 300 CNAME %s\n".formatted(name));
    Server server = Server.of(builder.build());
    for (String asked : new String[] {name, "alias"}) {
      byte[] query = Server.query(asked + ".example.com", Type.A).toWire();
      byte[] response = server.askRaw(query, Transport.UDP);
      Message message = Server.decode(response);
      assertThat(authorities(message)).hasSize(1);
      assertThat(response).hasSize(message.toWire().length);
    }
  }
}
