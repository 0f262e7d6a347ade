package detour.systemtest.differential;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// Messages that no library writes: counts that lie, pointers in questions, octets too many or too
/// few.
final class OddOctets {
  private static final int QUESTIONS = 4;
  private static final int ANSWERS = 6;
  private static final int ADDITIONALS = 10;
  private static final int HEADER_OCTETS = 12;
  private static final String NAME = "host.rich.test.";

  private OddOctets() {}

  static void addTo(List<Question> questions) {
    byte[] plain = Question.query(NAME, Type.A).toWire();
    byte[] question = Arrays.copyOfRange(plain, HEADER_OCTETS, plain.length);
    add(questions, "no question", Arrays.copyOf(count(plain, QUESTIONS, 0), HEADER_OCTETS));
    add(questions, "a question that is not counted", count(plain, QUESTIONS, 0));
    add(questions, "two questions", joined(count(plain, QUESTIONS, 2), question));
    add(questions, "two questions counted, one there", count(plain, QUESTIONS, 2));
    add(questions, "65535 questions counted", count(plain, QUESTIONS, 65_535));
    add(questions, "an octet behind the end", joined(plain, new byte[1]));
    add(questions, "many octets behind the end", joined(plain, new byte[100]));
    add(questions, "an answer counted, none there", count(plain, ANSWERS, 1));
    add(questions, "an additional counted, none there", count(plain, ADDITIONALS, 1));
    for (int cut = 1; cut <= 6; cut++) {
      add(questions, cut + " octets too few", Arrays.copyOf(plain, plain.length - cut));
    }
    add(questions, "a response", flags(plain, 0x80));
    add(questions, "a pointer to itself", pointing(HEADER_OCTETS));
    add(questions, "a pointer forward", pointing(40));
    add(questions, "a pointer into the header", pointing(0));
    byte[] label = plain.clone();
    label[HEADER_OCTETS] = 0x40;
    add(questions, "a label of an unknown kind", label);
    addOpt(questions, plain);
  }

  private static void addOpt(List<Question> questions, byte[] plain) {
    var message = Question.query(NAME, Type.A);
    message.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
    byte[] once = message.toWire();
    byte[] opt = Arrays.copyOfRange(once, plain.length, once.length);
    add(questions, "two OPT records", joined(count(once, ADDITIONALS, 2), opt));
    byte[] named = joined(count(plain, ADDITIONALS, 1), new byte[] {1, 'a'}, opt);
    add(questions, "an OPT record of another owner", named);
    add(questions, "an OPT record among answers", joined(count(plain, ANSWERS, 1), opt));
    byte[] longer = once.clone();
    longer[longer.length - 1] = 4;
    add(questions, "OPT data that is not there", longer);
    byte[] overrun = opt.clone();
    overrun[overrun.length - 1] = 4;
    add(
        questions,
        "an option that overruns the record",
        joined(count(plain, ADDITIONALS, 1), overrun, new byte[] {0, 3, 0, 9}));
    byte[] shorter = opt.clone();
    shorter[shorter.length - 1] = 2;
    add(
        questions,
        "an option without length",
        joined(count(plain, ADDITIONALS, 1), shorter, new byte[] {0, 3}));
    add(questions, "an OPT record and an octet behind", joined(once, new byte[1]));
  }

  private static void add(List<Question> questions, String variant, byte[] message) {
    questions.add(new Question(NAME, Type.A, variant, message));
  }

  private static byte[] count(byte[] message, int section, int count) {
    return ByteBuffer.wrap(message.clone()).putShort(section, (short) count).array();
  }

  private static byte[] flags(byte[] message, int first) {
    byte[] changed = message.clone();
    changed[2] |= (byte) first;
    return changed;
  }

  private static byte[] pointing(int to) {
    return ByteBuffer.allocate(HEADER_OCTETS + 6)
        .putShort(QUESTIONS, (short) 1)
        .putShort(HEADER_OCTETS, (short) (0xC000 | to))
        .putShort(HEADER_OCTETS + 2, (short) Type.A)
        .putShort(HEADER_OCTETS + 4, (short) 1)
        .array();
  }

  private static byte[] joined(byte[]... parts) {
    ByteBuffer joined = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
    for (byte[] part : parts) {
      joined.put(part);
    }
    return joined.array();
  }
}
