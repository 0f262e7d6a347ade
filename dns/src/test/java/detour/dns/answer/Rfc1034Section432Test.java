package detour.dns.answer;

import static detour.dns.answer.Server.additionals;
import static detour.dns.answer.Server.answers;
import static detour.dns.answer.Server.authorities;
import static detour.dns.answer.Server.status;
import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.zone.ZoneTexts;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/// RFC 1034 section 4.3.2: the algorithm of a name server.
class Rfc1034Section432Test {
  private final Server server =
      Server.of(
          """
          ns1       A     192.0.2.1
          ns1       AAAA  2001:db8::1
          www       A     192.0.2.10
          www       A     192.0.2.11
          www       TXT   "hello"
          a.b.ent   A     192.0.2.12
          alias     CNAME www
          far       CNAME www.example.net.
          @         MX    10 mail
          @         MX    20 mail.example.net.
          mail      A     192.0.2.25
          _sip._tcp SRV   1 2 5060 ns1
          child     NS    ns.child
          child     NS    ns.sibling
          child     NS    ns.example.net.
          child     DS    12345 13 2 00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF
          ns.child  A     192.0.2.53
          sibling   NS    ns.sibling
          ns.sibling AAAA 2001:db8::53
          """);

  @Test
  void shouldAnswerExactMatchWithAuthority() {
    Message response = server.ask("www.example.com", Type.A);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(answers(response))
        .containsExactly(
            "www.example.com. 3600 A 192.0.2.10", "www.example.com. 3600 A 192.0.2.11");
    assertThat(authorities(response)).isEmpty();
    assertThat(additionals(response)).isEmpty();
  }

  @Test
  void shouldKeepLetterCaseOfTheQuestion() {
    Message response = server.ask("wWw.EXAMPLE.cOm", Type.TXT);
    assertThat(response.getQuestion().getName()).hasToString("wWw.EXAMPLE.cOm.");
    assertThat(answers(response)).containsExactly("wWw.EXAMPLE.cOm. 3600 TXT hello");
  }

  @Test
  void shouldAnswerNoDataAtNameWithOtherTypes() {
    Message response = server.ask("www.example.com", Type.MX);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(answers(response)).isEmpty();
    assertThat(authorities(response)).containsExactly(Server.SOA);
  }

  @Test
  void shouldAnswerNoDataAtEmptyNonTerminals() {
    assertThat(status(server.ask("ent.example.com", Type.A))).isEqualTo("NOERROR aa");
    assertThat(status(server.ask("b.ent.example.com", Type.A))).isEqualTo("NOERROR aa");
    assertThat(status(server.ask("c.ent.example.com", Type.A))).isEqualTo("NXDOMAIN aa");
  }

  @Test
  void shouldAnswerNameErrorWithSoa() {
    Message response = server.ask("no.such.name.example.com", Type.A);
    assertThat(status(response)).isEqualTo("NXDOMAIN aa");
    assertThat(authorities(response)).containsExactly(Server.SOA);
  }

  @Test
  void shouldFollowCnameWithinTheZone() {
    Message response = server.ask("alias.example.com", Type.TXT);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(answers(response))
        .containsExactly(
            "alias.example.com. 3600 CNAME www.example.com.", "www.example.com. 3600 TXT hello");
  }

  @Test
  void shouldAnswerCnameItselfWhenAskedForIt() {
    assertThat(answers(server.ask("alias.example.com", Type.CNAME)))
        .containsExactly("alias.example.com. 3600 CNAME www.example.com.");
  }

  @Test
  void shouldStopAtTargetOutsideTheZones() {
    Message response = server.ask("far.example.com", Type.A);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(answers(response)).containsExactly("far.example.com. 3600 CNAME www.example.net.");
    assertThat(authorities(response)).isEmpty();
  }

  @Test
  void shouldReferWithGlueFromWithinAndFromSiblings() {
    Message response = server.ask("www.child.example.com", Type.A);
    assertThat(status(response)).isEqualTo("NOERROR");
    assertThat(answers(response)).isEmpty();
    assertThat(authorities(response))
        .containsExactlyInAnyOrder(
            "child.example.com. 3600 NS ns.child.example.com.",
            "child.example.com. 3600 NS ns.sibling.example.com.",
            "child.example.com. 3600 NS ns.example.net.");
    assertThat(additionals(response))
        .containsExactlyInAnyOrder(
            "ns.child.example.com. 3600 A 192.0.2.53",
            "ns.sibling.example.com. 3600 AAAA 2001:db8:0:0:0:0:0:53");
  }

  @Test
  void shouldReferAtTheCutItselfAndForOccludedGlue() {
    assertThat(status(server.ask("child.example.com", Type.NS))).isEqualTo("NOERROR");
    assertThat(authorities(server.ask("child.example.com", Type.NS))).hasSize(3);
    assertThat(answers(server.ask("ns.child.example.com", Type.A))).isEmpty();
    assertThat(authorities(server.ask("ns.child.example.com", Type.A))).hasSize(3);
  }

  /// RFC 4035 section 3.1.4.1.
  @Test
  void shouldAnswerDsFromTheParentSide() {
    Message response = server.ask("child.example.com", Type.DS);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(answers(response)).hasSize(1).first().asString().contains("DS 12345 13 2");
    Message none = server.ask("sibling.example.com", Type.DS);
    assertThat(status(none)).isEqualTo("NOERROR aa");
    assertThat(authorities(none)).containsExactly(Server.SOA);
  }

  @Test
  void shouldAddAddressesOfMailExchangesThatAreOurs() {
    Message response = server.ask("example.com", Type.MX);
    assertThat(answers(response)).hasSize(2);
    assertThat(additionals(response)).containsExactly("mail.example.com. 3600 A 192.0.2.25");
  }

  @Test
  void shouldAddAddressesOfServiceHostsAndNameServers() {
    for (Message response :
        new Message[] {
          server.ask("_sip._tcp.example.com", Type.SRV), server.ask("example.com", Type.NS)
        }) {
      assertThat(additionals(response))
          .containsExactly(
              "ns1.example.com. 3600 A 192.0.2.1",
              "ns1.example.com. 3600 AAAA 2001:db8:0:0:0:0:0:1");
    }
  }

  /// Such a name server's address is nowhere but here, so that whoever asks for the set needs it.
  @Test
  void shouldAddGlueOfOwnNameServersThatLieBelowADelegation() {
    Server own = Server.of("@ NS ns.sub\nsub NS ns.sub\nns.sub A 192.0.2.53\nm MX 1 ns.sub\n");
    assertThat(additionals(own.ask("example.com", Type.NS)))
        .contains("ns.sub.example.com. 3600 A 192.0.2.53");
    assertThat(additionals(own.ask("m.example.com", Type.MX))).isEmpty();
  }

  @Test
  void shouldRefuseOutsideTheZones() {
    Message response = server.ask("www.example.org", Type.A);
    assertThat(status(response)).isEqualTo("REFUSED");
    assertThat(response.getQuestion().getName()).hasToString("www.example.org.");
    assertThat(status(server.ask("com", Type.A))).isEqualTo("REFUSED");
    assertThat(status(server.ask(".", Type.NS))).isEqualTo("REFUSED");
  }

  @Test
  void shouldCopyRecursionDesiredAndOfferNone() {
    Message query = Server.query("www.example.com", Type.A);
    query.getHeader().setFlag(Flags.RD);
    query.getHeader().setFlag(Flags.AD);
    query.getHeader().setFlag(Flags.CD);
    assertThat(status(server.ask(query, Transport.UDP))).isEqualTo("NOERROR aa rd");
  }

  @Test
  void shouldServeDeepestZone() {
    Server both =
        Server.of(
            ZoneTexts.zone(
                "example.com",
                "child NS ns.child\n"
                    + "ns.child A 192.0.2.1\n"
                    + "child DS 1 13 2"
                    + " 00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF\n"),
            ZoneTexts.zone("child.example.com", "www A 192.0.2.99\n"));
    assertThat(answers(both.ask("www.child.example.com", Type.A)))
        .containsExactly("www.child.example.com. 3600 A 192.0.2.99");
    assertThat(answers(both.ask("child.example.com", Type.DS))).hasSize(1);
    assertThat(answers(both.ask("child.example.com", Type.SOA))).hasSize(1);
  }

  @Test
  void shouldFollowChainAcrossZones() {
    Server both =
        Server.of(
            ZoneTexts.zone("example.com", "www CNAME a.example.net.\n"),
            ZoneTexts.zone("example.net", "a CNAME gone\n"));
    Message response = both.ask("www.example.com", Type.A);
    assertThat(status(response)).isEqualTo("NXDOMAIN aa");
    assertThat(answers(response))
        .containsExactly(
            "www.example.com. 3600 CNAME a.example.net.",
            "a.example.net. 3600 CNAME gone.example.net.");
    assertThat(authorities(response)).hasSize(1).first().asString().startsWith("example.net. 300");
  }

  @Test
  void shouldEndLoopsOfAliases() {
    Server loops = Server.of("a CNAME b\nb CNAME a\nself CNAME self\n");
    assertThat(answers(loops.ask("a.example.com", Type.A))).hasSize(2);
    assertThat(answers(loops.ask("self.example.com", Type.A))).hasSize(1);
    assertThat(status(loops.ask("self.example.com", Type.A))).isEqualTo("NOERROR aa");
  }

  @Test
  void shouldFollowSixteenLinksAtMost() {
    StringBuilder chain = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      chain.append("c%d CNAME c%d\n".formatted(i, i + 1));
    }
    Message response = Server.of(chain.toString()).askTcp("c0.example.com", Type.A);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(answers(response)).hasSize(16);
  }

  @Test
  void shouldReferAtTheEndOfAChain() {
    Server chain = Server.of("www CNAME www.child\nchild NS ns.child\nns.child A 192.0.2.1\n");
    Message response = chain.ask("www.example.com", Type.A);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(answers(response)).hasSize(1);
    assertThat(authorities(response))
        .containsExactly("child.example.com. 3600 NS ns.child.example.com.");
    assertThat(additionals(response)).containsExactly("ns.child.example.com. 3600 A 192.0.2.1");
  }
}
