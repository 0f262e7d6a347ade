package detour.server.probe.dns;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.probe.dns.DnsSettings.Expected;
import detour.server.probe.dns.DnsSettings.Transport;
import detour.server.probe.dns.DnsSettings.Truncated;
import detour.server.probe.dns.Judgement.Verdict;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class JudgementTest {
  private static final Query QUERY =
      Query.of(DnsChecks.settings(53, Transport.UDP, "www.example.", DnsChecks.ANY));

  static Stream<Arguments> answers() {
    Expected any = DnsChecks.ANY;
    Expected none = new Expected(List.of(0), List.of(), false, 0, false, Truncated.PASS);
    Expected authoritative = new Expected(List.of(0), List.of(), false, 1, true, Truncated.FAIL);
    Expected whole = new Expected(List.of(0), List.of(), false, 1, false, Truncated.FAIL);
    Expected two = new Expected(List.of(0), List.of(), false, 2, false, Truncated.FAIL);
    return Stream.of(
        row(any, "A 192.0.2.1", Verdict.PASSED, "NOERROR with 192.0.2.1"),
        row(
            any,
            "A 192.0.2.1; A 192.0.2.2; A 192.0.2.3; A 192.0.2.4",
            Verdict.PASSED,
            "NOERROR with 192.0.2.1, 192.0.2.2, 192.0.2.3 and 1 more"),
        row(any, "CNAME other.example.; A 192.0.2.1", Verdict.PASSED, "NOERROR with 192.0.2.1"),
        row(any, "", Verdict.FAILED, "NOERROR with no A records, expected at least 1"),
        row(
            any,
            "CNAME other.example.",
            Verdict.FAILED,
            "NOERROR with no A records, expected at least 1"),
        row(none, "", Verdict.PASSED, "NOERROR with no A records"),
        row(two, "A 192.0.2.1", Verdict.FAILED, "NOERROR with 192.0.2.1, expected at least 2"),
        row(any, "rcode SERVFAIL", Verdict.FAILED, "SERVFAIL, expected NOERROR"),
        row(
            DnsChecks.expected("NOERROR NXDOMAIN"),
            "rcode REFUSED",
            Verdict.FAILED,
            "REFUSED, expected NOERROR or NXDOMAIN"),
        row(DnsChecks.expected("NOERROR NXDOMAIN"), "rcode NXDOMAIN", Verdict.PASSED, "NXDOMAIN"),
        row(
            DnsChecks.addresses(false, "192.0.2.1"),
            "A 192.0.2.2; A 192.0.2.1",
            Verdict.PASSED,
            "NOERROR with 192.0.2.2, 192.0.2.1"),
        row(
            DnsChecks.addresses(false, "192.0.2.1", "192.0.2.9"),
            "A 192.0.2.2; A 192.0.2.1",
            Verdict.FAILED,
            "NOERROR with 192.0.2.2, 192.0.2.1, without 192.0.2.9"),
        row(
            DnsChecks.addresses(true, "192.0.2.1", "192.0.2.2"),
            "A 192.0.2.2; A 192.0.2.1",
            Verdict.PASSED,
            "NOERROR with 192.0.2.2, 192.0.2.1"),
        row(
            DnsChecks.addresses(true, "192.0.2.1"),
            "A 192.0.2.2; A 192.0.2.1",
            Verdict.FAILED,
            "NOERROR with 192.0.2.2, which is not expected"),
        row(authoritative, "flag AA; A 192.0.2.1", Verdict.PASSED, "NOERROR with 192.0.2.1"),
        row(
            authoritative,
            "A 192.0.2.1",
            Verdict.FAILED,
            "NOERROR, but not authoritative (no AA flag)"),
        row(any, "flag TC", Verdict.DEGRADED, "NOERROR, cut to fit into a datagram (TC)"),
        row(whole, "flag TC", Verdict.FAILED, "NOERROR, cut to fit into a datagram (TC)"),
        row(none, "flag TC", Verdict.PASSED, "NOERROR"));
  }

  @ParameterizedTest
  @MethodSource("answers")
  void shouldJudgeAnAnswer(Expected expected, String answer, Verdict verdict, String detail) {
    assertThat(Judgement.of(bytes(answer), QUERY, expected))
        .isEqualTo(new Judgement(verdict, detail));
  }

  @ParameterizedTest
  @ValueSource(strings = {"id", "query", "opcode", "name", "type", "class", "two", "none"})
  void shouldNotTakeTheAnswerToSomethingElse(String difference) {
    Message message = answer("A 192.0.2.1");
    Record asked = QUERY.question();
    Consumer<Record> ask =
        other -> {
          message.removeAllRecords(Section.QUESTION);
          message.addRecord(other, Section.QUESTION);
        };
    switch (difference) {
      case "id" -> message.getHeader().setID(QUERY.id() ^ 1);
      case "query" -> message.getHeader().unsetFlag(Flags.QR);
      case "opcode" -> message.getHeader().setOpcode(Opcode.NOTIFY);
      case "name" -> ask.accept(Record.newRecord(name("other.example."), Type.A, DClass.IN));
      case "type" -> ask.accept(Record.newRecord(asked.getName(), Type.AAAA, DClass.IN));
      case "class" -> ask.accept(Record.newRecord(asked.getName(), Type.A, DClass.CH));
      case "two" ->
          message.addRecord(Record.newRecord(name("b."), Type.A, DClass.IN), Section.QUESTION);
      default -> message.removeAllRecords(Section.QUESTION);
    }

    assertThat(Judgement.of(message.toWire(), QUERY, DnsChecks.ANY).verdict())
        .isEqualTo(Verdict.STRANGE);
  }

  @Test
  void shouldTakeARefusalThatDoesNotRepeatTheQuestion() {
    Message message = answer("rcode FORMERR");
    message.removeAllRecords(Section.QUESTION);

    assertThat(Judgement.of(message.toWire(), QUERY, DnsChecks.ANY).detail())
        .isEqualTo("FORMERR, expected NOERROR");
  }

  @Test
  void shouldAskWithoutSayingWho() throws Exception {
    Query recursive =
        Query.of(
            new DnsSettings(
                53,
                Transport.UDP,
                "www.example.",
                Type.A,
                true,
                DnsChecks.ANY,
                detour.server.probe.tls.TlsSettings.DEFAULT));
    Message sent = new Message(QUERY.bytes());

    assertThat(sent.getQuestion().getName()).isEqualTo(name("www.example."));
    assertThat(sent.getHeader().getFlag(Flags.RD)).isFalse();
    assertThat(sent.getOPT().getPayloadSize()).isEqualTo(Query.PAYLOAD_BYTES);
    assertThat(new Message(recursive.bytes()).getHeader().getFlag(Flags.RD)).isTrue();
  }

  static byte[] bytes(String answer) {
    return answer(answer).toWire();
  }

  /// @param text `rcode X`, `flag X` and records, each separated by a semicolon
  private static Message answer(String text) {
    Message message = new Message(QUERY.id());
    message.getHeader().setFlag(Flags.QR);
    message.addRecord(QUERY.question(), Section.QUESTION);
    for (String part : text.split("; ", -1)) {
      String[] words = part.split(" ", 2);
      switch (words[0]) {
        case "" -> {}
        case "rcode" -> message.getHeader().setRcode(Rcode.value(words[1]));
        case "flag" -> message.getHeader().setFlag(Flags.value(words[1]));
        case "CNAME" ->
            message.addRecord(
                new CNAMERecord(QUERY.question().getName(), DClass.IN, 1, name(words[1])),
                Section.ANSWER);
        default -> message.addRecord(record(words[0], words[1]), Section.ANSWER);
      }
    }
    return message;
  }

  private static Record record(String type, String data) {
    try {
      return Record.fromString(
          QUERY.question().getName(), Type.value(type), DClass.IN, 1, data, Name.root);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Name name(String text) {
    return Name.fromConstantString(text);
  }

  private static Arguments row(Expected expected, String answer, Verdict verdict, String detail) {
    return Arguments.of(expected, answer, verdict, detail);
  }
}
