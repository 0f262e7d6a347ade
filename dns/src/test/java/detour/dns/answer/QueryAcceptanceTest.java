package detour.dns.answer;

import static detour.dns.answer.Server.status;
import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.wire.ResponseCode;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Type;

/// Which messages are answered, which are rejected and how (RFC 1035 section 4.1, RFC 8906).
class QueryAcceptanceTest {
  private final Server server = Server.of("www A 192.0.2.1\nwww TXT x\nwww MX 1 www\n");

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 11})
  void shouldDropWhatIsShorterThanAHeader(int octets) {
    assertThat(server.askRaw(new byte[octets], Transport.UDP)).isEmpty();
    assertThat(server.responder.counts().dropped(Transport.UDP)).isEqualTo(1);
  }

  @Test
  void shouldDropResponses() {
    Message query = Server.query("www.example.com", Type.A);
    query.getHeader().setFlag(org.xbill.DNS.Flags.QR);
    assertThat(server.askRaw(query.toWire(), Transport.UDP)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {Opcode.IQUERY, Opcode.STATUS, Opcode.NOTIFY, Opcode.UPDATE, 6, 15})
  void shouldNotImplementOtherOpcodes(int opcode) {
    Message query = Server.query("www.example.com", Type.A);
    query.getHeader().setOpcode(opcode);
    Message response = server.ask(query, Transport.UDP);
    assertThat(status(response)).isEqualTo("NOTIMP");
    assertThat(response.getHeader().getOpcode()).isEqualTo(opcode);
    assertThat(response.getHeader().getID()).isEqualTo(query.getHeader().getID());
    assertThat(response.numBytes()).isEqualTo(12);
  }

  @ParameterizedTest
  @CsvSource({
    // No question; two questions.
    "123400000000000000000000",
    "12340000000200000000000003777777076578616d706c6503636f6d000001000103777777000001000101",
    // The question is cut off within the name, the type, the class.
    "123400000001000000000000037777",
    "12340000000100000000000003777777000001",
    "1234000000010000000000000377777700000100",
    // A compressed name; a label type that nobody uses.
    "123400000001000000000000C00C00010001",
    "12340000000100000000000041610000010001",
  })
  void shouldRejectQuestionsThatCannotBeRead(String hex) {
    Message response = Server.decode(server.askRaw(HexFormat.of().parseHex(hex), Transport.UDP));
    assertThat(status(response)).isEqualTo("FORMERR");
    assertThat(response.getHeader().getID()).isEqualTo(0x1234);
    assertThat(response.numBytes()).isEqualTo(12);
  }

  @Test
  void shouldRejectRecordsThatAreCutOff() {
    byte[] query = Server.query("www.example.com", Type.A).toWire();
    query[9] = 1;
    Message response = Server.decode(server.askRaw(query, Transport.UDP));
    assertThat(status(response)).isEqualTo("FORMERR");
    assertThat(response.getQuestion()).isNotNull();
  }

  /// What stands behind the last counted record means nothing.
  @Test
  void shouldTolerateTrailingOctets() {
    byte[] query = Server.query("www.example.com", Type.A).toWire();
    byte[] longer = Arrays.copyOf(query, query.length + 20);
    Arrays.fill(longer, query.length, longer.length, (byte) 0xFF);
    assertThat(status(Server.decode(server.askRaw(longer, Transport.UDP)))).isEqualTo("NOERROR aa");
  }

  @Test
  void shouldTolerateRecordsInOtherSections() {
    Message query = Server.query("www.example.com", Type.A);
    query.addRecord(
        org.xbill.DNS.Record.newRecord(
            query.getQuestion().getName(), Type.A, DClass.IN, 1, new byte[4]),
        1);
    assertThat(status(server.ask(query, Transport.UDP))).isEqualTo("NOERROR aa");
  }

  @ParameterizedTest
  @ValueSource(ints = {DClass.CH, DClass.HS, DClass.ANY, DClass.NONE, 0})
  void shouldRefuseOtherClasses(int recordClass) {
    byte[] query = Server.query("www.example.com", Type.A).toWire();
    query[query.length - 2] = (byte) (recordClass >> 8);
    query[query.length - 1] = (byte) recordClass;
    assertThat(status(Server.decode(server.askRaw(query, Transport.UDP)))).isEqualTo("REFUSED");
  }

  @ParameterizedTest
  @CsvSource({
    "252, NOTAUTH", // AXFR
    "251, NOTAUTH", // IXFR
    "253, NOTIMP", // MAILB
    "254, NOTIMP", // MAILA
    "249, NOTIMP", // TKEY
    "250, NOTIMP", // TSIG
    "41,  FORMERR", // OPT
    "0,   NOERROR aa",
    "65280, NOERROR aa",
  })
  void shouldRejectTypesThatAreNoData(int type, String status) {
    byte[] query = Server.query("www.example.com", Type.A).toWire();
    query[query.length - 4] = (byte) (type >> 8);
    query[query.length - 3] = (byte) type;
    assertThat(status(Server.decode(server.askRaw(query, Transport.UDP)))).isEqualTo(status);
  }

  /// RFC 8482 section 4.1.
  @Test
  void shouldAnswerAnyWithOneRecordSet() {
    Message response = server.ask("www.example.com", Type.ANY);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(Server.answers(response)).containsExactly("www.example.com. 3600 A 192.0.2.1");
    assertThat(status(server.ask("none.example.com", Type.ANY))).isEqualTo("NXDOMAIN aa");
  }

  @Test
  void shouldAnswerLongestName() {
    String label = "a".repeat(63);
    String name = label + "." + label + "." + label + "." + "a".repeat(49) + ".example.com";
    assertThat(status(server.ask(name, Type.A))).isEqualTo("NXDOMAIN aa");
    String deep = "a.".repeat(121) + "example.com";
    assertThat(status(server.ask(deep, Type.A))).isEqualTo("NXDOMAIN aa");
  }

  @Test
  void shouldCountWhatItAnswers() {
    server.ask("www.example.com", Type.A);
    server.ask("www.example.com", Type.A);
    server.askTcp("none.example.com", Type.TXT);
    server.ask("www.example.com", 65280);
    ResponseCounts counts = server.responder.counts();
    assertThat(counts.responses(Transport.UDP, TypeBucket.A, ResponseCode.NOERROR)).isEqualTo(2);
    assertThat(counts.responses(Transport.TCP, TypeBucket.TXT, ResponseCode.NXDOMAIN)).isOne();
    assertThat(counts.responses(Transport.UDP, TypeBucket.OTHER, ResponseCode.NOERROR)).isOne();
    long[] sum = new long[1];
    counts.forEach((transport, type, code, responses) -> sum[0] += responses);
    assertThat(sum[0]).isEqualTo(4);
  }
}
