package detour.dns.answer;

import static detour.dns.answer.Server.additionals;
import static detour.dns.answer.Server.answers;
import static detour.dns.answer.Server.authorities;
import static detour.dns.answer.Server.status;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/// Compression (RFC 1035 section 4.1.4), and what is left out when there is no room.
class ResponseSizeTest {
  @Test
  void shouldPointToNamesThatStandInTheMessage() {
    Server server = Server.of("mail MX 10 mx.mail\nmail MX 20 mx2.mail\n");
    byte[] response = ask(server, "mail.example.com", Type.MX);
    // Header, question, and twice: owner 2, fields 10, preference 2, label 3 or 4, pointer 2.
    assertThat(response).hasSize(12 + 18 + 4 + (14 + 3 + 2) + (14 + 4 + 2));
  }

  /// RFC 6672 section 2.5, RFC 3597 section 4.
  @Test
  void shouldNotCompressTargetsOfDnameAndSrv() {
    Server server = Server.of("d DNAME e\ns SRV 1 2 3 h\n");
    assertThat(ask(server, "d.example.com", Type.DNAME)).hasSize(12 + 15 + 4 + 12 + 15);
    assertThat(ask(server, "s.example.com", Type.SRV)).hasSize(12 + 15 + 4 + 12 + 6 + 15);
  }

  @Test
  void shouldCompressAcrossAliases() {
    Server server = Server.of("a CNAME b.c\nb.c CNAME d.c\nd.c A 192.0.2.1\n");
    byte[] response = ask(server, "a.example.com", Type.A);
    assertThat(response).hasSize(12 + 15 + 4 + (12 + 6) + (12 + 4) + 16);
    assertThat(answers(Server.decode(response)))
        .containsExactly(
            "a.example.com. 3600 CNAME b.c.example.com.",
            "b.c.example.com. 3600 CNAME d.c.example.com.",
            "d.c.example.com. 3600 A 192.0.2.1");
  }

  @Test
  void shouldKeepWholeSetsOfAChainThatIsCut() {
    StringBuilder records = new StringBuilder("a CNAME big\n");
    for (int i = 0; i < 40; i++) {
      records.append("big A 192.0.2.%d\n".formatted(i));
    }
    Message response = Server.of(records.toString()).ask("a.example.com", Type.A);
    assertThat(status(response)).isEqualTo("NOERROR aa tc");
    assertThat(answers(response)).containsExactly("a.example.com. 3600 CNAME big.example.com.");
  }

  /// RFC 9471 section 3.1.
  @Test
  void shouldTruncateReferralsWithoutRoomForTheirGlue() {
    StringBuilder records = new StringBuilder();
    for (int i = 0; i < 14; i++) {
      records.append("child NS ns%d.child\nns%d.child AAAA 2001:db8::%d\n".formatted(i, i, i));
    }
    Server server = Server.of(records.toString());
    Message small = server.ask("www.child.example.com", Type.A);
    assertThat(status(small)).isEqualTo("NOERROR tc");
    assertThat(authorities(small)).hasSize(14);
    Message large = server.askEdns("www.child.example.com", Type.A, 1232, false);
    assertThat(status(large)).isEqualTo("NOERROR");
    assertThat(additionals(large)).hasSize(14);
  }

  @Test
  void shouldLeaveOptionalAddressesOutWithoutTruncation() {
    StringBuilder records = new StringBuilder();
    for (int i = 0; i < 14; i++) {
      records.append("@ MX %d mx%d\nmx%d AAAA 2001:db8::%d\n".formatted(i, i, i, i));
    }
    Message response = Server.of(records.toString()).ask("example.com", Type.MX);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(answers(response)).hasSize(14);
    assertThat(additionals(response)).isNotEmpty().hasSizeLessThan(14);
  }

  @Test
  void shouldAddTheAddressesOfATargetOnce() {
    Server server = Server.of("s SRV 1 2 3 h\ns SRV 1 2 4 H\nh A 192.0.2.1\n");
    assertThat(additionals(server.ask("s.example.com", Type.SRV)))
        .isEqualTo(List.of("h.example.com. 3600 A 192.0.2.1"));
  }

  @Test
  void shouldAnswerManyNameServersOverTcp() {
    StringBuilder records = new StringBuilder();
    for (int i = 0; i < 900; i++) {
      records.append("child NS server-number-%d.somewhere-%d.child\n".formatted(i, i));
      records.append("server-number-%d.somewhere-%d.child A 192.0.2.1\n".formatted(i, i));
    }
    Message response = Server.of(records.toString()).askTcp("www.child.example.com", Type.A);
    assertThat(authorities(response)).hasSize(900).doesNotHaveDuplicates();
    assertThat(additionals(response)).isNotEmpty();
  }

  private static byte[] ask(Server server, String name, int type) {
    return server.askRaw(Server.query(name, type).toWire(), Transport.UDP);
  }
}
