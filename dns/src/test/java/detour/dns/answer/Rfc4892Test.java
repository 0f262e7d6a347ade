package detour.dns.answer;

import static detour.dns.answer.Server.status;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/// RFC 4892: what a server says of itself in class CHAOS.
class Rfc4892Test {
  private final Server server = Server.of("www A 192.0.2.1\n");

  private Message ask(String name, int type, int recordClass) {
    byte[] query = Server.query(name, type).toWire();
    query[query.length - 1] = (byte) recordClass;
    return Server.decode(server.askRaw(query, Transport.UDP));
  }

  private void says(String name, String version) {
    server.table = server.table.identifiedBy(ServerOptions.of(name, version, CookiePolicy.OFF), 7);
  }

  /// Section 3.
  @ParameterizedTest
  @CsvSource({
    "id.server, ams1",
    "ID.Server, ams1",
    "hostname.bind, ams1",
    "version.bind, Detour 1",
    "version.server, Detour 1"
  })
  void shouldSayWhoItIs(String name, String text) {
    says("ams1", "Detour 1");
    for (int type : new int[] {Type.TXT, Type.ANY}) {
      Message response = ask(name, type, DClass.CH);
      assertThat(status(response)).isEqualTo("NOERROR");
      assertThat(response.getSection(Section.ANSWER)).hasSize(1);
      TXTRecord record = (TXTRecord) response.getSection(Section.ANSWER).getFirst();
      assertThat(record.getName()).hasToString(name + ".");
      assertThat(record.getDClass()).isEqualTo(DClass.CH);
      assertThat(record.getTTL()).isZero();
      assertThat(record.getStrings()).containsExactly(text);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"id.server", "hostname.bind", "version.bind", "version.server"})
  void shouldRefuseWhereItIsToSayNothing(String name) {
    says("", "");
    assertThat(status(ask(name, Type.TXT, DClass.CH))).isEqualTo("REFUSED");
  }

  @ParameterizedTest
  @CsvSource({
    "id.server, 1, 3",
    "authors.bind, 16, 3",
    "www.example.com, 16, 3",
    "x.id.server, 16, 3",
    "server, 16, 3",
    "id.server, 16, 4",
    "id.server, 16, 1"
  })
  void shouldRefuseEverythingElse(String name, int type, int recordClass) {
    says("ams1", "Detour 1");
    assertThat(status(ask(name, type, recordClass))).isEqualTo("REFUSED");
  }
}
