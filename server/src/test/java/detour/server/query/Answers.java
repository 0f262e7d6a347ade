package detour.server.query;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// Answers for scripted servers.
public final class Answers {
  private Answers() {}

  /// NOERROR with one address.
  public static Message address(Message query, String address) {
    Message answer = to(query);
    answer.addRecord(
        record(query.getQuestion().getName().toString(), Type.A, 30, address), Section.ANSWER);
    return answer;
  }

  /// An authoritative answer without records.
  public static Message to(Message query) {
    Message answer = new Message(query.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.getHeader().setFlag(Flags.AA);
    answer.addRecord(query.getQuestion(), Section.QUESTION);
    return answer;
  }

  public static Message with(Message answer, int rcode, EDNSOption... options) {
    answer.getHeader().setRcode(rcode & 0xF);
    answer.addRecord(new OPTRecord(1232, rcode >> 4, 0, 0, List.of(options)), Section.ADDITIONAL);
    return answer;
  }

  public static Record record(String name, int type, long ttl, String data) {
    try {
      return Record.fromString(
          Name.fromString(name), type, DClass.IN, ttl, data, Name.fromString("example.com."));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// With its length before it, as over TCP.
  public static byte[] framed(byte[] message) {
    return ByteBuffer.allocate(2 + message.length)
        .putShort((short) message.length)
        .put(message)
        .array();
  }
}
