package detour.dns.answer;

import static detour.dns.answer.Server.answers;
import static detour.dns.answer.Server.status;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// RFC 6891: EDNS, and what fits into a response (RFC 1035 section 4.2.1, RFC 2181 section 9).
class Rfc6891Test {
  private final Server server =
      Server.of(lines("big", 60) + lines("middle", 40) + "small A 192.0.2.1\n");

  private static String lines(String owner, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append("%s A 192.0.2.%d\n".formatted(owner, i));
    }
    return text.toString();
  }

  @Test
  void shouldSendOptOnlyWhenAsked() {
    assertThat(server.ask("small.example.com", Type.A).getOPT()).isNull();
    OPTRecord opt = server.askEdns("small.example.com", Type.A, 4096, false).getOPT();
    assertThat(opt.getPayloadSize()).isEqualTo(1232);
    assertThat(opt.getVersion()).isZero();
    assertThat(opt.getFlags()).isZero();
    assertThat(opt.getOptions()).isEmpty();
  }

  /// RFC 3225 section 3.
  @Test
  void shouldCopyDnssecOk() {
    OPTRecord opt = server.askEdns("small.example.com", Type.A, 1232, true).getOPT();
    assertThat(opt.getFlags()).isEqualTo(ExtendedFlags.DO);
  }

  /// "middle" makes 36 + 40 * 16 octets and 11 for OPT: 687.
  @ParameterizedTest
  @CsvSource({
    "middle, 0,    true",
    "middle, 512,  true",
    "middle, 100,  true",
    "middle, 686,  true",
    "middle, 687,  false",
    "middle, 4096, false",
    "big,    1000, true",
    "big,    1232, false",
    "small,  0,    false",
  })
  void shouldTruncateWhatTheClientCannotReceive(String name, int udpOctets, boolean truncated) {
    String owner = name + ".example.com";
    Message response =
        udpOctets == 0
            ? server.ask(owner, Type.A)
            : server.askEdns(owner, Type.A, udpOctets, false);
    assertThat(status(response)).isEqualTo(truncated ? "NOERROR aa tc" : "NOERROR aa");
    assertThat(answers(response).isEmpty()).isEqualTo(truncated);
    assertThat(response.numBytes()).isLessThanOrEqualTo(Math.max(512, udpOctets));
  }

  @Test
  void shouldNeverExceedItsOwnSize() {
    Server wide = Server.of(lines("wide", 100));
    assertThat(status(wide.askEdns("wide.example.com", Type.A, 65535, false)))
        .isEqualTo("NOERROR aa tc");
    assertThat(answers(wide.askTcp("wide.example.com", Type.A))).hasSize(100);
  }

  /// Section 6.1.3.
  @Test
  void shouldAnswerUnknownVersionWithBadvers() {
    Message query = Server.query("small.example.com", Type.A);
    query.addRecord(new OPTRecord(1232, 0, 1, 0), Section.ADDITIONAL);
    Message response = server.ask(query, Transport.UDP);
    assertThat(status(response)).isEqualTo("BADVERS");
    assertThat(response.getOPT().getVersion()).isZero();
    assertThat(answers(response)).isEmpty();
  }

  /// Section 6.1.2.
  @Test
  void shouldIgnoreUnknownOptionsAndFlags() {
    Message query = Server.query("small.example.com", Type.A);
    query.addRecord(
        new OPTRecord(1232, 0, 0, 0x7FFF, new GenericEDNSOption(65001, new byte[] {1, 2, 3})),
        Section.ADDITIONAL);
    Message response = server.ask(query, Transport.UDP);
    assertThat(status(response)).isEqualTo("NOERROR aa");
    assertThat(response.getOPT().getOptions()).isEmpty();
    assertThat(response.getOPT().getFlags()).isZero();
  }

  /// Section 6.1.1.
  @Test
  void shouldRejectTwoOptRecords() {
    Message query = Server.query("small.example.com", Type.A);
    query.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
    byte[] wire = query.toWire();
    byte[] twice = Arrays.copyOf(wire, wire.length + 11);
    System.arraycopy(wire, wire.length - 11, twice, wire.length, 11);
    twice[11] = 2;
    Message response = Server.decode(server.askRaw(twice, Transport.UDP));
    assertThat(status(response)).isEqualTo("FORMERR");
    assertThat(response.getQuestion().getName()).hasToString("small.example.com.");
  }

  /// Section 6.1.1: it stands among the additional records.
  @ParameterizedTest
  @ValueSource(ints = {Section.ANSWER, Section.AUTHORITY})
  void shouldRejectOptElsewhere(int section) {
    Message query = Server.query("small.example.com", Type.A);
    query.addRecord(new OPTRecord(1232, 0, 0), section);
    Message response = server.ask(query, Transport.UDP);
    assertThat(status(response)).isEqualTo("FORMERR");
    assertThat(response.getOPT()).isNull();
  }

  @Test
  void shouldRejectOptThatIsCutOffOrWhoseOptionsAre() {
    byte[] wire = withOpt(new byte[] {0, 10, 0, 9, 1});
    assertThat(status(Server.decode(server.askRaw(wire, Transport.UDP)))).isEqualTo("FORMERR");
    byte[] cut = Arrays.copyOf(wire, wire.length - 3);
    assertThat(status(Server.decode(server.askRaw(cut, Transport.UDP)))).isEqualTo("FORMERR");
  }

  /// Section 6.1.2: the name of an OPT record is the root.
  @Test
  void shouldRejectOptWithOwner() {
    Message query = Server.query("small.example.com", Type.A);
    query.addRecord(
        org.xbill.DNS.Record.newRecord(
            Name.fromConstantString("a."), 41, DClass.IN, 0, new byte[0]),
        Section.ADDITIONAL);
    assertThat(status(server.ask(query, Transport.UDP))).isEqualTo("FORMERR");
  }

  private static byte[] withOpt(byte[] options) {
    Message query = Server.query("small.example.com", Type.A);
    query.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
    byte[] wire = query.toWire();
    byte[] longer = Arrays.copyOf(wire, wire.length + options.length);
    System.arraycopy(options, 0, longer, wire.length, options.length);
    longer[wire.length - 1] = (byte) options.length;
    return longer;
  }
}
