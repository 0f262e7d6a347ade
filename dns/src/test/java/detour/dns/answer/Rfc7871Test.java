package detour.dns.answer;

import static detour.dns.answer.Server.options;
import static detour.dns.answer.Server.status;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/// RFC 7871: the client's subnet.
class Rfc7871Test {
  private static final int SUBNET = 8;

  private final Server server = Server.of("www A 192.0.2.1\n");

  private Message ask(String name, String subnet) {
    return server.ask(
        Server.withOptions(name, Type.A, Server.option(SUBNET, subnet)), Transport.UDP);
  }

  /// Section 7.2.1: family, prefix and address as they came, scope 0 for an answer to everybody.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "00011800c00002",
        "00011900c0000280",
        "00012000c0000201",
        "00010000",
        "0002380020010db8010203",
        "0002800020010db8000000000000000000000001"
      })
  void shouldEchoTheSubnetWithScopeZero(String subnet) {
    Message response = ask("www.example.com", subnet);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(options(response, SUBNET)).containsExactly(subnet);
    assertThat(options(ask("none.example.com", subnet), SUBNET)).containsExactly(subnet);
  }

  /// `dig +subnet=0` asks so that no subnet be used; dnsjava does not read it.
  @Test
  void shouldEchoTheSubnetWithoutFamily() {
    Message query =
        Server.withOptions("www.example.com", Type.A, Server.option(SUBNET, "00000000"));
    byte[] response = server.askRaw(query.toWire(), Transport.UDP);
    assertThat(HexFormat.of().formatHex(response)).endsWith("0008" + "0008" + "0004" + "00000000");
  }

  /// Section 6: too few or too many octets, bits beyond the prefix, a scope in a query, a prefix
  /// longer than the address, an unknown family.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "000118",
        "00011800c000",
        "00011800c0000200",
        "00011700c00003",
        "00011818c00002",
        "00012100c000020100",
        "0002810020010db800000000000000000000000100",
        "00030800c0",
        "00000800c0"
      })
  void shouldRejectMalformedSubnets(String subnet) {
    Message response = ask("www.example.com", subnet);
    assertThat(status(response)).isEqualTo("FORMERR");
    assertThat(options(response, SUBNET)).isEmpty();
  }

  /// Section 7.2.1: never unasked.
  @Test
  void shouldSayNothingUnasked() {
    Message query = Server.withOptions("www.example.com", Type.A);
    assertThat(options(server.ask(query, Transport.UDP), SUBNET)).isEmpty();
  }
}
