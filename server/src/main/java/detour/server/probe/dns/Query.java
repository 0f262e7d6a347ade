package detour.server.probe.dns;

import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;

/// One query, and whether a message is its answer.
///
/// @param id unpredictable: with the port that the system draws it keeps a stranger from answering
///   (RFC 5452 section 9.2)
record Query(int id, Record question, boolean recursionDesired) {
  /// Fits into every network without being cut into fragments.
  static final int PAYLOAD_BYTES = 1232;

  private static final RandomGenerator RANDOM = new SecureRandom();
  private static final int ID_BOUND = 1 << 16;

  static Query of(DnsSettings settings) {
    try {
      Name name = Name.fromString(settings.name());
      return new Query(
          RANDOM.nextInt(ID_BOUND),
          Record.newRecord(name, settings.type(), DClass.IN),
          settings.recursionDesired());
    } catch (TextParseException e) {
      throw new UncheckedIOException("the name was checked when it was read", e);
    }
  }

  byte[] bytes() {
    Message message = new Message(id);
    if (recursionDesired) {
      message.getHeader().setFlag(Flags.RD);
    }
    message.addRecord(question, Section.QUESTION);
    message.addRecord(new OPTRecord(PAYLOAD_BYTES, 0, 0), Section.ADDITIONAL);
    return message.toWire();
  }

  boolean isAnsweredBy(Message message) {
    if (message.getHeader().getID() != id
        || !message.getHeader().getFlag(Flags.QR)
        || message.getHeader().getOpcode() != Opcode.QUERY) {
      return false;
    }
    if (message.getHeader().getCount(Section.QUESTION) == 0) {
      // Some servers leave the question out of what they could not or would not read.
      int rcode = message.getRcode();
      return rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN;
    }
    Record asked = message.getQuestion();
    return message.getHeader().getCount(Section.QUESTION) == 1
        && asked != null
        && asked.getName().equals(question.getName())
        && asked.getType() == question.getType()
        && asked.getDClass() == question.getDClass();
  }
}
