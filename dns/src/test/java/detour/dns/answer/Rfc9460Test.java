package detour.dns.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/// Service bindings: SVCB and HTTPS.
final class Rfc9460Test {
  @Test
  void section4_1_shouldAddTheAddressesOfTheTarget() {
    Server server =
        Server.of(
            """
            www HTTPS 1 pool alpn=h2
            pool A 192.0.2.1
            pool AAAA 2001:db8::1
            """);
    Message response = server.ask("www.example.com", Type.HTTPS);
    assertThat(Server.answers(response))
        .containsExactly("www.example.com. 3600 HTTPS 1 pool.example.com. alpn=h2");
    assertThat(Server.additionals(response))
        .containsExactly(
            "pool.example.com. 3600 A 192.0.2.1",
            "pool.example.com. 3600 AAAA 2001:db8:0:0:0:0:0:1");
  }

  @Test
  void section2_5_2_shouldTakeADotForTheOwner() {
    Server server = Server.of("www HTTPS 1 . alpn=h2\nwww A 192.0.2.1\n");
    assertThat(Server.additionals(server.ask("www.example.com", Type.HTTPS)))
        .containsExactly("www.example.com. 3600 A 192.0.2.1");
  }

  @Test
  void section2_5_2_shouldTakeADotForTheNameThatAWildcardAnswered() {
    Server server = Server.of("*.w HTTPS 1 . alpn=h2\n*.w A 192.0.2.1\n");
    assertThat(Server.additionals(server.ask("a.w.example.com", Type.HTTPS)))
        .containsExactly("a.w.example.com. 3600 A 192.0.2.1");
  }

  @Test
  void section2_5_1_shouldAddNothingForAnAliasToTheRoot() {
    Server server = Server.of("www HTTPS 0 .\nwww A 192.0.2.1\n");
    Message response = server.ask("www.example.com", Type.HTTPS);
    assertThat(Server.answers(response)).hasSize(1);
    assertThat(Server.additionals(response)).isEmpty();
  }

  @Test
  void section4_1_shouldFollowAliasesAndEndInLoops() {
    Server server =
        Server.of(
            """
            @ HTTPS 0 a
            a HTTPS 0 b
            b HTTPS 1 c port=8443
            b HTTPS 2 .
            b A 192.0.2.2
            c A 192.0.2.3
            x SVCB 0 y
            y SVCB 0 x
            """);
    assertThat(Server.additionals(server.ask("example.com", Type.HTTPS)))
        .containsExactlyInAnyOrder(
            "a.example.com. 3600 HTTPS 0 b.example.com.",
            "b.example.com. 3600 HTTPS 1 c.example.com. port=8443",
            "b.example.com. 3600 HTTPS 2 .",
            "b.example.com. 3600 A 192.0.2.2",
            "c.example.com. 3600 A 192.0.2.3");
    assertThat(Server.additionals(server.ask("x.example.com", Type.SVCB)))
        .containsExactly("y.example.com. 3600 SVCB 0 x.example.com.");
  }

  @Test
  void section2_2_shouldNotCompressTheTarget() {
    Server server = Server.of("www HTTPS 1 www alpn=h2\n");
    byte[] response =
        server.askRaw(Server.query("www.example.com", Type.HTTPS).toWire(), Transport.UDP);
    // The question, then a pointer of 2, fixed fields of 10, and data of 2 + 17 + 4 + 3.
    assertThat(response).hasSize(12 + 17 + 4 + 2 + 10 + 2 + 17 + 7);
  }

  @Test
  void shouldAddTheAddressesOfAServiceThatIsTheTarget() {
    Server server =
        Server.of(
            "www HTTPS 1 . alpn=h2\n",
            List.of("www.example.com"),
            new ServiceAnswer(Server.addresses("192.0.2.7"), PreparedAnswer.noData(), null));
    assertThat(Server.additionals(server.ask("www.example.com", Type.HTTPS)))
        .containsExactly("www.example.com. 30 A 192.0.2.7");
  }
}
