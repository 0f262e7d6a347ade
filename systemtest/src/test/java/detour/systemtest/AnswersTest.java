package detour.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// What a resolver gets from a zone file's records.
class AnswersTest {
  @RegisterExtension static final Stage STAGE = Stage.forClass();

  private static final String ZONE =
      """
      $TTL 3600
      @        IN SOA ns1 hostmaster ( 1 7200 900 1209600 300 )
      @        IN NS  ns1
      @        IN MX  10 mail
      ns1      IN A   192.0.2.53
      mail     IN A   192.0.2.25
      host     IN A   192.0.2.1
      host     IN AAAA 2001:db8::1
      a.empty  IN TXT "below an empty non-terminal"
      *.wild   IN A   192.0.2.99
      alias1   IN CNAME alias2
      alias2   IN CNAME host
      out      IN CNAME www.example.net.
      sub      IN NS  ns.sub
      ns.sub   IN A   192.0.2.77
      medium   IN TXT %1$s %1$s %1$s
      large    IN TXT %1$s %1$s %1$s %1$s %1$s %1$s
      """
          .formatted('"' + "x".repeat(250) + '"');

  private static DetourServer server = STAGE.unstartedServer("");

  @BeforeAll
  static void start() {
    STAGE.file("example.com.zone", ZONE);
    server.configure(
        """
        zones:
          - { name: example.com, file: example.com.zone }
        """);
    server.start();
  }

  @ParameterizedTest
  @EnumSource
  void shouldAnswerOverUdpAndTcpOnBothFamilies(Dig dig) {
    int port = server.dnsPort();

    assertThat(dig.shortly(port, "host.example.com", "A")).containsExactly("192.0.2.1");
    assertThat(dig.shortly(port, "+tcp", "host.example.com", "AAAA"))
        .containsExactly("2001:db8::1");
    assertThat(dig.askAt("::1", port, "+short", "host.example.com", "A").strip())
        .isEqualTo("192.0.2.1");
    assertThat(dig.askAt("::1", port, "+short", "+tcp", "host.example.com", "A").strip())
        .isEqualTo("192.0.2.1");
  }

  @ParameterizedTest
  @EnumSource
  void shouldAnswerAuthoritatively(Dig dig) {
    String printed = dig.ask(server.dnsPort(), "host.example.com", "A").toLowerCase(Locale.ROOT);

    assertThat(printed).contains("status: noerror").containsPattern("flags: [a-z ]*\\baa\\b");
  }

  @ParameterizedTest
  @EnumSource
  void shouldSayThatANameDoesNotExist(Dig dig) {
    assertThat(dig.ask(server.dnsPort(), "missing.example.com", "A"))
        .contains("status: NXDOMAIN")
        .containsPattern("example\\.com\\.\\s+300\\s+IN\\s+SOA");
  }

  @ParameterizedTest
  @EnumSource
  void shouldSayThatANameHasNoRecordsOfAType(Dig dig) {
    for (String name : List.of("mail.example.com", "empty.example.com")) {
      assertThat(dig.ask(server.dnsPort(), name, "AAAA"))
          .as(name)
          .contains("status: NOERROR")
          .containsPattern("example\\.com\\.\\s+300\\s+IN\\s+SOA");
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldAnswerFromAWildcard(Dig dig) {
    assertThat(dig.shortly(server.dnsPort(), "any.thing.wild.example.com", "A"))
        .containsExactly("192.0.2.99");
  }

  @ParameterizedTest
  @EnumSource
  void shouldReferToADelegatedZoneWithGlue(Dig dig) {
    String printed = dig.ask(server.dnsPort(), "www.sub.example.com", "A");

    assertThat(printed)
        .containsPattern(
            "sub\\.example\\.com\\.\\s+3600\\s+IN\\s+NS\\s+ns\\.sub\\.example\\.com\\.")
        .containsPattern("ns\\.sub\\.example\\.com\\.\\s+3600\\s+IN\\s+A\\s+192\\.0\\.2\\.77");
    assertThat(printed.toLowerCase(Locale.ROOT)).doesNotContainPattern("flags: [a-z ]*\\baa\\b");
  }

  @ParameterizedTest
  @EnumSource
  void shouldFollowAliasesInsideTheZone(Dig dig) {
    assertThat(dig.shortly(server.dnsPort(), "alias1.example.com", "A"))
        .containsExactly("192.0.2.1", "alias2.example.com.", "host.example.com.");
  }

  @ParameterizedTest
  @EnumSource
  void shouldGiveAnAliasThatLeavesTheZoneAlone(Dig dig) {
    assertThat(dig.shortly(server.dnsPort(), "out.example.com", "A"))
        .containsExactly("www.example.net.");
  }

  /// RFC 5001 and RFC 9660: two labels and serial 1, two labels and the selection epoch.
  @ParameterizedTest
  @EnumSource
  void shouldSayWhichServerAnswersAndOfWhichVersionOfTheZone(Dig dig) {
    String printed = dig.ask(server.dnsPort(), "+nsid", "+ednsopt=19", "host.example.com", "A");

    assertThat(printed).containsPattern("NSID: .*\"\\S+ epoch=\\d+\"").contains("192.0.2.1");
    assertThat(printed.replace(" ", "").toLowerCase(Locale.ROOT))
        .contains("020000000001")
        .containsPattern("02f6[0-9a-f]{16}");
    assertThat(dig.ask(server.dnsPort(), "+ednsopt=19:0200", "host.example.com", "A"))
        .contains("status: FORMERR");
  }

  @ParameterizedTest
  @EnumSource
  void shouldRefuseForeignNames(Dig dig) {
    assertThat(dig.ask(server.dnsPort(), "www.example.org", "A")).contains("status: REFUSED");
  }

  @ParameterizedTest
  @EnumSource
  void shouldTellTheClientToUseTcpWhenTheAnswerIsTooLarge(Dig dig) {
    assertThat(
            dig.ask(server.dnsPort(), "+ignore", "large.example.com", "TXT")
                .toLowerCase(Locale.ROOT))
        .containsPattern("flags: [a-z ]*\\btc\\b");
    // Without +ignore both ask again over TCP; kdig adds a line that says so.
    assertThat(dig.ask(server.dnsPort(), "large.example.com", "TXT")).contains("x".repeat(250));
  }

  @Test
  void shouldKeepWithin512OctetsWithoutEdns() {
    Message plain = server.dns().ask("medium.example.com", Type.TXT);
    Message extended = server.dns().askWithEdns("medium.example.com", Type.TXT);

    assertThat(plain.getHeader().getFlag(Flags.TC)).isTrue();
    assertThat(plain.toWire()).hasSizeLessThanOrEqualTo(512);
    assertThat(extended.getHeader().getFlag(Flags.TC)).isFalse();
    assertThat(extended.getSection(Section.ANSWER)).hasSize(1);
    assertThat(extended.getOPT()).isNotNull();
  }

  @Test
  void shouldKeepTheCaseOfTheQuestion() {
    Message answer = server.dns().ask("hOsT.ExAmPlE.cOm", Type.A);

    assertThat(answer.getQuestion().getName().toString()).isEqualTo("hOsT.ExAmPlE.cOm.");
    assertThat(DnsClient.addresses(answer)).containsExactly("192.0.2.1");
  }

  @Test
  void shouldAnswerSeveralQueriesOnOneTcpConnection() {
    List<Message> queries =
        List.of(
            DnsClient.query("host.example.com", Type.A),
            DnsClient.query("mail.example.com", Type.A),
            DnsClient.query("missing.example.com", Type.A));

    List<Message> answers = server.dns().askOverTcp(queries);

    assertThat(answers)
        .extracting(answer -> answer.getHeader().getID())
        .containsExactlyInAnyOrderElementsOf(
            queries.stream().map(query -> query.getHeader().getID()).toList());
    assertThat(answers.stream().flatMap(answer -> DnsClient.addresses(answer).stream()))
        .containsExactlyInAnyOrder("192.0.2.1", "192.0.2.25");
  }

  @Test
  void shouldKeepAConnectionOpenForKdig() {
    String printed =
        Dig.KDIG.ask(
            server.dnsPort(),
            "+tcp",
            "+keepopen",
            "host.example.com",
            "A",
            "mail.example.com",
            "A");

    assertThat(printed).contains("192.0.2.1", "192.0.2.25");
  }

  @Test
  void shouldGiveTheStartOfAuthorityAndMailExchanges() {
    assertThat(server.dns().ask("example.com", Type.SOA).getSection(Section.ANSWER))
        .extracting(Record::getType)
        .containsExactly(Type.SOA);
    assertThat(server.dns().ask("example.com", Type.MX).getSection(Section.ANSWER))
        .extracting(Record::rdataToString)
        .containsExactly("10 mail.example.com.");
  }

  @Test
  void shouldSayWhatIsNotImplemented() {
    Message query = DnsClient.query("example.com", Type.SOA);
    query.getHeader().setOpcode(Opcode.STATUS);

    assertThat(server.dns().exchange(query).getRcode()).isEqualTo(Rcode.NOTIMP);
  }

  @Test
  void shouldSayWhatIsMalformed() throws Exception {
    byte[] query = DnsClient.query("example.com", Type.A).toWire();
    byte[] cut = Arrays.copyOf(query, query.length - 3);

    assertThat(new Message(server.dns().exchange(cut)).getRcode()).isEqualTo(Rcode.FORMERR);
  }

  @Test
  void shouldGoOnAnsweringAfterGarbage() throws Exception {
    Random random = new Random(1);
    try (DatagramSocket socket = new DatagramSocket()) {
      for (int i = 0; i < 2_000; i++) {
        byte[] garbage = new byte[random.nextInt(600)];
        random.nextBytes(garbage);
        socket.send(
            new DatagramPacket(
                garbage, garbage.length, InetAddress.ofLiteral("127.0.0.1"), server.dnsPort()));
      }
    }

    assertThat(server.dns().addresses("host.example.com")).containsExactly("192.0.2.1");
    assertThat(server.dnsOverIpv6().addresses("host.example.com")).containsExactly("192.0.2.1");
  }
}
