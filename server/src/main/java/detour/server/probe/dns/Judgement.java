package detour.server.probe.dns;

import detour.server.probe.dns.DnsSettings.Expected;
import detour.server.probe.dns.DnsSettings.ExpectedData;
import detour.server.probe.dns.DnsSettings.Truncated;
import detour.server.probe.text.OneLine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// What a message that came says about the server that was asked.
///
/// @param detail for an operator
record Judgement(Verdict verdict, String detail) {
  private static final int SHOWN_MAX = 3;
  private static final int DATA_LENGTH_MAX = 60;

  enum Verdict {
    PASSED,
    DEGRADED,
    FAILED,
    /// It answers another query, or none.
    STRANGE
  }

  /// Never throws, whatever the octets are.
  static Judgement of(byte[] octets, Query query, Expected expected) {
    try {
      Message message = new Message(octets);
      return query.isAnsweredBy(message)
          ? ofAnswer(message, query.question().getType(), expected)
          : new Judgement(Verdict.STRANGE, "what came is no answer to the query");
    } catch (IOException | RuntimeException malformed) {
      // The library's reader says so in exceptions of many kinds.
      return new Judgement(Verdict.STRANGE, "what came is no DNS message");
    }
  }

  private static Judgement ofAnswer(Message message, int type, Expected expected) {
    String rcode = Rcode.string(message.getRcode());
    if (!expected.rcodes().contains(message.getRcode())) {
      return failed(rcode + ", expected " + rcodes(expected.rcodes()));
    }
    if (expected.authoritative() && !message.getHeader().getFlag(Flags.AA)) {
      return failed(rcode + ", but not authoritative (no AA flag)");
    }
    if (message.getHeader().getFlag(Flags.TC) && expected.truncated() != Truncated.PASS) {
      String detail = rcode + ", cut to fit into a datagram (TC)";
      return expected.truncated() == Truncated.FAIL
          ? failed(detail)
          : new Judgement(Verdict.DEGRADED, detail);
    }
    if (message.getRcode() != Rcode.NOERROR || message.getHeader().getFlag(Flags.TC)) {
      return new Judgement(Verdict.PASSED, rcode);
    }
    return ofAnswers(answers(message, type), type, expected);
  }

  private static Judgement ofAnswers(List<Record> answers, int type, Expected expected) {
    String found = "NOERROR with " + found(answers, type);
    if (answers.size() < expected.answersMin()) {
      return failed(found + ", expected at least " + expected.answersMin());
    }
    List<String> data = answers.stream().map(DnsOptions::canonical).toList();
    List<String> missing =
        expected.answers().stream()
            .filter(wanted -> !data.contains(wanted.canonical()))
            .map(ExpectedData::text)
            .toList();
    if (!missing.isEmpty()) {
      return failed(found + ", without " + shown(missing));
    }
    List<String> wanted = expected.answers().stream().map(ExpectedData::canonical).toList();
    List<String> others = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      if (!wanted.contains(data.get(i))) {
        others.add(answers.get(i).rdataToString());
      }
    }
    return expected.exact() && !others.isEmpty()
        ? failed("NOERROR with " + shown(others) + ", which is not expected")
        : new Judgement(Verdict.PASSED, found);
  }

  /// Those of the type, at the name that was asked for or where its aliases lead.
  private static List<Record> answers(Message message, int type) {
    return message.getSection(Section.ANSWER).stream()
        .filter(record -> type == Type.ANY || record.getType() == type)
        .toList();
  }

  private static String found(List<Record> answers, int type) {
    return answers.isEmpty()
        ? "no " + Type.string(type) + " records"
        : shown(answers.stream().map(Record::rdataToString).toList());
  }

  private static String shown(List<String> data) {
    String first =
        data.stream()
            .limit(SHOWN_MAX)
            .map(text -> OneLine.of(text, DATA_LENGTH_MAX))
            .collect(Collectors.joining(", "));
    return data.size() <= SHOWN_MAX ? first : first + " and " + (data.size() - SHOWN_MAX) + " more";
  }

  private static String rcodes(List<Integer> codes) {
    return codes.stream()
        .map(code -> Rcode.string(code).toUpperCase(Locale.ROOT))
        .collect(Collectors.joining(" or "));
  }

  private static Judgement failed(String detail) {
    return new Judgement(Verdict.FAILED, detail);
  }
}
