package detour.dns.answer;

import static detour.dns.answer.Server.status;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// RFC 5001: the name server's identifier.
class Rfc5001Test {
  private static final EDNSOption NSID = new GenericEDNSOption(EDNSOption.Code.NSID, new byte[0]);

  private final Server server = Server.of("www A 192.0.2.1\nwide TXT " + "x".repeat(250) + "\n");

  private List<String> identifiers(Message query) {
    Message response = server.ask(query, Transport.UDP);
    return response.getOPT() == null
        ? List.of()
        : response.getOPT().getOptions(EDNSOption.Code.NSID).stream()
            .map(option -> new String(Server.payload(option), StandardCharsets.US_ASCII))
            .toList();
  }

  /// Section 2.2.
  @Test
  void shouldTellNameAndEpochWhenAsked() {
    server.table = server.table.identifiedBy(ServerOptions.named("ams1"), 123);
    assertThat(identifiers(Server.withOptions("www.example.com", Type.A, NSID)))
        .containsExactly("ams1 epoch=123");
    server.table = server.table.identifiedBy(ServerOptions.named("ams1"), 124);
    assertThat(identifiers(Server.withOptions("none.example.com", Type.A, NSID)))
        .containsExactly("ams1 epoch=124");
  }

  /// Section 2.2: never unasked.
  @Test
  void shouldTellNothingUnasked() {
    server.table = server.table.identifiedBy(ServerOptions.named("ams1"), 123);
    assertThat(identifiers(Server.withOptions("www.example.com", Type.A))).isEmpty();
    assertThat(identifiers(Server.query("www.example.com", Type.A))).isEmpty();
  }

  @Test
  void shouldTellNothingWithoutName() {
    server.table = server.table.identifiedBy(ServerOptions.named(""), 123);
    assertThat(identifiers(Server.withOptions("www.example.com", Type.A, NSID))).isEmpty();
  }

  /// Section 2.1: it is the server that is asked for, not a zone of it; so refusals have it too.
  @Test
  void shouldTellItInRefusalsAndErrors() {
    server.table = server.table.identifiedBy(ServerOptions.named("ams1"), 5);
    assertThat(identifiers(Server.withOptions("www.example.org", Type.A, NSID)))
        .containsExactly("ams1 epoch=5");
    assertThat(identifiers(Server.withOptions("example.com", Type.AXFR, NSID)))
        .containsExactly("ams1 epoch=5");
  }

  /// Section 2.1: what a query has as payload means nothing.
  @Test
  void shouldIgnorePayloadOfTheQuery() {
    server.table = server.table.identifiedBy(ServerOptions.named("ams1"), 5);
    EDNSOption full = new GenericEDNSOption(EDNSOption.Code.NSID, new byte[] {1, 2, 3});
    assertThat(identifiers(Server.withOptions("www.example.com", Type.A, full)))
        .containsExactly("ams1 epoch=5");
  }

  /// RFC 6891 section 6.1.3: what options mean in another version is not known.
  @Test
  void shouldTellNothingInAnotherVersionOfEdns() {
    server.table = server.table.identifiedBy(ServerOptions.named("ams1"), 5);
    Message query = Server.query("www.example.com", Type.A);
    query.addRecord(new OPTRecord(1232, 0, 1, 0, NSID), Section.ADDITIONAL);
    assertThat(identifiers(query)).isEmpty();
  }

  @Test
  void shouldLeaveItOutRatherThanTruncate() {
    server.table = server.table.identifiedBy(ServerOptions.named("n".repeat(400)), 1);
    Message query = Server.query("wide.example.com", Type.TXT);
    query.addRecord(new OPTRecord(512, 0, 0, 0, NSID), Section.ADDITIONAL);
    assertThat(identifiers(query)).isEmpty();
    assertThat(status(server.ask(query, Transport.UDP))).isEqualTo("NOERROR aa");
  }
}
