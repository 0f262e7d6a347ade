package detour.dns.answer;

import static detour.dns.answer.Server.status;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/// RFC 5936: zone transfers, of which this server makes none.
class Rfc5936Test {
  private final Server server = Server.of("www A 192.0.2.1\nsub NS ns.sub\nns.sub A 192.0.2.2\n");

  /// Section 2.2.1: NOTAUTH where the name is not that of a zone served here.
  @ParameterizedTest
  @CsvSource({
    "example.com, REFUSED",
    "www.example.com, NOTAUTH",
    "missing.example.com, NOTAUTH",
    "sub.example.com, NOTAUTH",
    "com, NOTAUTH",
    "example.net, NOTAUTH",
  })
  void shouldTellZonesItServesFromOthers(String name, String status) {
    for (int type : new int[] {Type.AXFR, Type.IXFR}) {
      for (Transport transport : Transport.values()) {
        byte[] response = server.askRaw(Server.query(name, type).toWire(), transport);
        Message message = Server.decode(response);
        assertThat(status(message)).isEqualTo(status);
        assertThat(Server.records(message, 1)).isEmpty();
      }
    }
  }

  /// RFC 8914 section 4.21: "Not Authoritative", where the query has EDNS.
  @Test
  void shouldSayThatItIsNotAuthoritativeForWhatIsNoZone() {
    Message message = server.askEdns("www.example.com", Type.AXFR, 1232, false);
    assertThat(message.getOPT().getOptions(15))
        .singleElement()
        .extracting(option -> ((ExtendedErrorCodeOption) option).getErrorCode())
        .isEqualTo(20);
  }
}
