package detour.server.demo;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.List;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// Asks the server as any resolver would: one UDP packet there, one back.
final class DemoQuery {
  private static final int TIMEOUT_MILLIS = 500;
  private static final int RESPONSE_LIMIT_BYTES = 4_096;
  private final InetSocketAddress server;

  DemoQuery(InetSocketAddress server) {
    this.server = server;
  }

  /// @param addresses sorted; empty when there was no answer
  /// @param ttlSeconds of the first address; 0 when there was no answer
  record Answer(List<String> addresses, long ttlSeconds) {
    static final Answer NONE = new Answer(List.of(), 0);

    @Override
    public String toString() {
      return addresses.isEmpty() ? "no answer" : String.join(", ", addresses);
    }
  }

  /// The A records of a name now.
  Answer ask(String name) throws IOException {
    Message query =
        Message.newQuery(Record.newRecord(Name.fromString(name + "."), Type.A, DClass.IN));
    byte[] question = query.toWire();
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.send(new DatagramPacket(question, question.length, server));
      DatagramPacket packet =
          new DatagramPacket(new byte[RESPONSE_LIMIT_BYTES], RESPONSE_LIMIT_BYTES);
      socket.receive(packet);
      byte[] octets = Arrays.copyOf(packet.getData(), packet.getLength());
      return read(new Message(octets), query.getHeader().getID());
    } catch (SocketTimeoutException e) {
      return Answer.NONE;
    }
  }

  private static Answer read(Message response, int id) {
    if (response.getHeader().getID() != id) {
      return Answer.NONE;
    }
    List<ARecord> records =
        response.getSection(Section.ANSWER).stream()
            .filter(ARecord.class::isInstance)
            .map(ARecord.class::cast)
            .toList();
    if (records.isEmpty()) {
      return Answer.NONE;
    }
    return new Answer(
        records.stream().map(r -> r.getAddress().getHostAddress()).sorted().toList(),
        records.getFirst().getTTL());
  }
}
