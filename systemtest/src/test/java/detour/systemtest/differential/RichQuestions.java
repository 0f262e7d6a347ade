package detour.systemtest.differential;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// The questions about [RichZones]: every name of the zones and many beside, above and below them,
/// for many types; and the same question in odd messages.
final class RichQuestions {
  private static final int[] TYPES = {
    Type.A,
    Type.AAAA,
    Type.TXT,
    Type.MX,
    Type.NS,
    Type.CNAME,
    Type.DNAME,
    Type.DS,
    Type.SOA,
    Type.SRV,
    Type.ANY,
    Type.SVCB,
    Type.HTTPS,
    65_280
  };
  private static final List<String> ORIGINS =
      RichZones.ZONES.stream().map(ServedZone::origin).toList();

  private RichQuestions() {}

  /// Questions that are plain in all but their name and type.
  static List<Question> plain() {
    List<Question> questions = new ArrayList<>();
    for (String name : names()) {
      for (int type : TYPES) {
        questions.add(Question.plain(name, type));
      }
    }
    for (int type = 0; type <= 300; type++) {
      for (String name :
          List.of("types.rich.test.", "x.wild.rich.test.", "sub.rich.test.", "rich.test.")) {
        questions.add(Question.plain(name, type));
      }
    }
    for (int type : new int[] {32_768, 32_769, 65_279, 65_281, 65_534, 65_535}) {
      questions.add(Question.plain("types.rich.test.", type));
    }
    return questions;
  }

  /// The plain questions again, but for those that ask for more than one message.
  static List<Question> streamed() {
    return plain().stream()
        .filter(question -> question.type() != Type.AXFR && question.type() != Type.IXFR)
        .toList();
  }

  private static Set<String> names() {
    Set<String> names = new LinkedHashSet<>(List.of(".", "test.", "example.net.", "xrich.test."));
    for (ServedZone zone : RichZones.ZONES) {
      names.add(zone.origin());
      for (String record : zone.records()) {
        String owner = record.split(" ", 2)[0];
        String name = owner.equals("@") ? zone.origin() : owner + "." + zone.origin();
        for (String below : List.of("", "x.", "x.y.", "*.", "www.")) {
          names.add(below + name);
        }
        // Also what lies between the name and its zone.
        String above = name;
        while (!above.equals(zone.origin()) && !above.contains("\\.")) {
          above = above.substring(above.indexOf('.') + 1);
          names.add(above);
          names.add("missing." + above);
        }
      }
    }
    for (String origin : ORIGINS) {
      names.add("HoSt." + origin);
      names.add("y." + "l".repeat(63) + "." + origin);
    }
    String label = "m".repeat(60) + ".";
    names.add(label + "redirect9.rich.test.");
    names.add(label + label + label + "redirect9.rich.test.");
    names.add("m.redirect9.rich.test.");
    names.add(label + label + label + "redirect.rich.test.");
    return names;
  }

  /// Odd messages: EDNS in many forms, flags, opcodes, classes, counts and octets that lie.
  static List<Question> odd() {
    List<Question> questions = new ArrayList<>();
    List<String> names =
        List.of(
            "host.rich.test.",
            "types.rich.test.",
            "missing.rich.test.",
            "www.sub.rich.test.",
            "big.rich.test.",
            "x.wild.rich.test.",
            "long.rich.test.",
            "longer.rich.test.",
            "alias3.rich.test.",
            "www.example.net.");
    for (String name : names) {
      for (int type : new int[] {Type.A, Type.TXT, Type.MX}) {
        addEdns(questions, name, type);
      }
    }
    addFlags(questions);
    addClasses(questions);
    OddOctets.addTo(questions);
    return questions;
  }

  private static void addEdns(List<Question> questions, String name, int type) {
    for (int octets : new int[] {0, 511, 512, 600, 1232, 4096, 65_535}) {
      add(questions, name, type, "EDNS " + octets, opt(new OPTRecord(octets, 0, 0)));
    }
    add(questions, name, type, "DO", opt(new OPTRecord(1232, 0, 0, ExtendedFlags.DO)));
    add(questions, name, type, "flag Z", opt(new OPTRecord(1232, 0, 0, 1)));
    add(questions, name, type, "version 1", opt(new OPTRecord(1232, 0, 1)));
    add(questions, name, type, "version 255", opt(new OPTRecord(1232, 0, 255, ExtendedFlags.DO)));
    add(questions, name, type, "rcode 1 in OPT", opt(new OPTRecord(1232, 1, 0)));
    for (int code : new int[] {3, 4, 65_001}) {
      add(questions, name, type, "option " + code, option(code));
    }
    add(questions, name, type, "option 65001 of 4 octets", option(65_001, 1, 2, 3, 4));
    add(questions, name, type, "NSID of 2 octets", option(3, 1, 2));
    add(
        questions,
        name,
        type,
        "NSID, version 1",
        opt(new OPTRecord(1232, 0, 1, 0, List.of(new GenericEDNSOption(3, new byte[0])))));
  }

  private static void addFlags(List<Question> questions) {
    for (String name : List.of("host.rich.test.", "missing.rich.test.", "x.sub.rich.test.")) {
      for (int flag : new int[] {Flags.AA, Flags.TC, Flags.RD, Flags.RA, Flags.AD, Flags.CD, 9}) {
        add(questions, name, Type.A, "flag " + flag, message -> setFlag(message, flag));
      }
      for (int opcode = 1; opcode < 16; opcode++) {
        int number = opcode;
        add(
            questions,
            name,
            Type.SOA,
            "opcode " + opcode,
            message -> message.getHeader().setOpcode(number));
      }
      for (int rcode : new int[] {1, 3, 15}) {
        add(questions, name, Type.A, "rcode " + rcode, m -> m.getHeader().setRcode(rcode));
      }
    }
  }

  private static void setFlag(Message message, int flag) {
    // dnsjava knows Z as bit 9 and sets every bit that is no part of a number.
    message.getHeader().setFlag(flag);
  }

  private static void addClasses(List<Question> questions) {
    List<String> names =
        List.of(
            "host.rich.test.",
            "version.bind.",
            "version.server.",
            "hostname.bind.",
            "id.server.",
            "authors.bind.",
            "other.bind.",
            ".");
    for (String name : names) {
      for (int dclass : new int[] {0, 2, DClass.CH, DClass.HS, 254, DClass.ANY, 65_535}) {
        for (int type : new int[] {Type.TXT, Type.A, Type.ANY}) {
          Message message = new Message();
          message.addRecord(Record.newRecord(name(name), type, dclass), Section.QUESTION);
          message.getHeader().unsetFlag(Flags.RD);
          questions.add(Question.of(name, type, "class " + dclass, message));
        }
      }
    }
  }

  private static void add(
      List<Question> questions, String name, int type, String variant, Consumer<Message> change) {
    Message message = Question.query(name, type);
    change.accept(message);
    questions.add(Question.of(name, type, variant, message));
  }

  private static Consumer<Message> opt(OPTRecord record) {
    return message -> message.addRecord(record, Section.ADDITIONAL);
  }

  private static Consumer<Message> option(int code, int... octets) {
    byte[] data = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      data[i] = (byte) octets[i];
    }
    return opt(new OPTRecord(1232, 0, 0, 0, List.of(new GenericEDNSOption(code, data))));
  }

  private static Name name(String text) {
    try {
      return Name.fromString(text);
    } catch (org.xbill.DNS.TextParseException e) {
      throw new AssertionError(e);
    }
  }
}
