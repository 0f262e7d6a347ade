package detour.dns.answer;

import static detour.dns.answer.Server.status;
import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.zone.ZoneTexts;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// RFC 9660: of which version of the zone an answer is. In the expected options the first octet is
/// the count of labels, the second the type: 0 for the serial, f6 (246) for the selection epoch.
class Rfc9660Test {
  private static final EDNSOption ASK = new GenericEDNSOption(19, new byte[0]);
  private static final String EPOCH = "02f6" + "000000010000002a";

  private Server server;
  private String serial;

  @BeforeEach
  void serve() {
    var zone =
        ZoneTexts.zone(
            "example.com",
            """
            www   A     192.0.2.1
            far   CNAME www.example.net.
            out   CNAME www.example.org.
            child NS    ns.child
            ns.child A  192.0.2.4
            wide  TXT   %s %s
            """
                .formatted("x".repeat(250), "x".repeat(190)));
    serial = "0200%08x".formatted(zone.serial());
    server = Server.of(zone, ZoneTexts.zone("example.net", "www A 192.0.2.2\n"));
    server.table = server.table.identifiedBy(ServerOptions.named("ams1"), (1L << 32) + 42);
  }

  private static List<String> versions(Message response) {
    return response.getOPT() == null
        ? List.of()
        : response.getOPT().getOptions(19).stream()
            .map(option -> HexFormat.of().formatHex(Server.payload(option)))
            .toList();
  }

  private Message ask(String name, int type) {
    return server.ask(Server.withOptions(name, type, ASK), Transport.UDP);
  }

  /// Section 3.2: one option for each type; in whatever response about a name in one of our zones.
  @ParameterizedTest
  @CsvSource({
    "www.example.com,    A,    NOERROR aa",
    "www.example.com,    AAAA, NOERROR aa",
    "none.example.com,   A,    NXDOMAIN aa",
    "x.child.example.com, A,   NOERROR",
    "far.example.com,    A,    NOERROR aa",
    "out.example.com,    A,    NOERROR aa",
  })
  void shouldTellSerialAndEpochOfTheZoneAskedFor(String name, String type, String expected) {
    Message response = ask(name, Type.value(type));
    assertThat(status(response)).isEqualTo(expected);
    assertThat(versions(response)).containsExactly(serial, EPOCH);
  }

  /// Section 3.2: SERVFAIL too, where the server is authoritative for the name.
  @Test
  void shouldTellTheVersionOfAnAnswerThatFails() {
    Server failing =
        Server.of(
            "",
            List.of("www.example.com"),
            new ServiceAnswer(PreparedAnswer.servFail(), PreparedAnswer.servFail(), null));
    Message query = Server.withOptions("www.example.com", Type.A, ASK);
    Message response = failing.ask(query, Transport.UDP);
    assertThat(status(response)).isEqualTo("SERVFAIL");
    assertThat(versions(response)).hasSize(2);
  }

  /// Section 3.2: else it must not.
  @Test
  void shouldTellNothingOfZonesOfOthers() {
    Message response = ask("www.example.org", Type.A);
    assertThat(status(response)).isEqualTo("REFUSED");
    assertThat(versions(response)).isEmpty();
  }

  /// Section 3.1: a client asks for it by an empty option.
  @Test
  void shouldTellNothingUnasked() {
    assertThat(versions(server.askEdns("www.example.com", Type.A, 1232, false))).isEmpty();
    assertThat(server.ask("www.example.com", Type.A).getOPT()).isNull();
  }

  /// Section 3.1.
  @Test
  void shouldRejectPayloadInTheQuery() {
    EDNSOption full = new GenericEDNSOption(19, new byte[] {2, 0, 0, 0, 0, 1});
    Message response =
        server.ask(Server.withOptions("www.example.com", Type.A, full), Transport.UDP);
    assertThat(status(response)).isEqualTo("FORMERR");
    // RFC 6891 section 7: a FORMERR to what has an OPT record has one too.
    assertThat(response.getOPT()).isNotNull();
    assertThat(versions(response)).isEmpty();
    assertThat(response.getSection(Section.ANSWER)).isEmpty();
  }

  /// Section 3.2: no two options of one type and count of labels.
  @Test
  void shouldTellItOnceHoweverOftenItIsAsked() {
    Message query = Server.withOptions("www.example.com", Type.A, ASK, ASK);
    assertThat(versions(server.ask(query, Transport.UDP))).containsExactly(serial, EPOCH);
  }

  @Test
  void shouldCountNoLabelsOfTheRoot() {
    Server root = Server.of(ZoneTexts.zone(".", "www A 192.0.2.1\n"));
    Message query = Server.withOptions("www", Type.A, ASK);
    assertThat(versions(root.ask(query, Transport.UDP)))
        .allMatch(version -> version.startsWith("00"));
  }

  /// The answer leaves 13 octets of 512.
  @Test
  void shouldLeaveOutWhatDoesNotFitRatherThanTruncate() {
    Message query = Server.query("wide.example.com", Type.TXT);
    query.addRecord(new OPTRecord(512, 0, 0, 0, ASK), Section.ADDITIONAL);
    Message response = server.ask(query, Transport.UDP);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(versions(response)).containsExactly(serial);
    assertThat(response.numBytes()).isLessThanOrEqualTo(512);
  }
}
