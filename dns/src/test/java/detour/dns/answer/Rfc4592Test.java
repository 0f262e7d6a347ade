package detour.dns.answer;

import static detour.dns.answer.Server.answers;
import static detour.dns.answer.Server.status;
import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.zone.ZoneTexts;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/// RFC 4592 section 2.2.1: the example zone of the standard, and its table of answers.
class Rfc4592Test {
  private final Server server =
      Server.of(
          ZoneTexts.zone(
              "example",
              """
              *             TXT   "this is a wildcard"
              *             MX    10 host1.example.
              sub.*         TXT   "this is not a wildcard"
              host1         A     192.0.2.1
              _ssh._tcp.host1 SRV 0 0 22 host1
              _ssh._tcp.host2 SRV 0 0 22 host2
              subdel        NS    ns.example.com.
              subdel        NS    ns.example.net.
              *.alias       CNAME host1
              *.ent.deep    A     192.0.2.2
              """));

  @ParameterizedTest
  @CsvSource({
    // Synthesised, section 2.2.1.
    "host3.example,           MX,  NOERROR aa,  1",
    "host3.example,           A,   NOERROR aa,  0",
    "foo.bar.example,         TXT, NOERROR aa,  1",
    // Not synthesised.
    "host1.example,           MX,  NOERROR aa,  0",
    "sub.*.example,           MX,  NOERROR aa,  0",
    "_telnet._tcp.host1.example, SRV, NXDOMAIN aa, 0",
    "host.subdel.example,     A,   NOERROR,     0",
    "ghost.*.example,         MX,  NXDOMAIN aa, 0",
    // Section 2.1.3 and 3.3.1: the wildcard itself is a name like any other.
    "*.example,               TXT, NOERROR aa,  1",
    "*.example,               A,   NOERROR aa,  0",
    // An empty non-terminal is the closest encloser and stops the wildcard above it.
    "_tcp.host2.example,      TXT, NOERROR aa,  0",
    "host2.example,           TXT, NOERROR aa,  0",
    "x.host2.example,         TXT, NXDOMAIN aa, 0",
    "deep.example,            TXT, NOERROR aa,  0",
    "ent.deep.example,        TXT, NOERROR aa,  0",
    "x.ent.deep.example,      A,   NOERROR aa,  1",
    "x.deep.example,          TXT, NXDOMAIN aa, 0",
    // Section 4.4.
    "x.alias.example,         A,   NOERROR aa,  2",
    "x.y.alias.example,       CNAME, NOERROR aa, 1",
  })
  void shouldSynthesiseFromTheClosestEncloserOnly(
      String name, String type, String status, int answers) {
    Message response = server.ask(name, Type.value(type));
    assertThat(status(response)).isEqualTo(status);
    assertThat(answers(response)).hasSize(answers);
    if (answers > 0) {
      assertThat(answers(response).getFirst()).startsWith(name + ".");
    }
  }
}
