package detour.systemtest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/// Asks one server over plain sockets; dnsjava reads the answers, so that our own code cannot agree
/// with itself.
final class DnsClient {
  private static final int TIMEOUT_MILLIS = 3_000;
  private static final int EDNS_BYTES = 1232;

  private final InetSocketAddress server;
  private final InetSocketAddress source;
  private final int timeoutMillis;

  DnsClient(String address, int port) {
    this(
        new InetSocketAddress(InetAddress.ofLiteral(address), port),
        new InetSocketAddress(0),
        TIMEOUT_MILLIS);
  }

  private DnsClient(InetSocketAddress server, InetSocketAddress source, int timeoutMillis) {
    this.server = server;
    this.source = source;
    this.timeoutMillis = timeoutMillis;
  }

  /// One that asks from this address.
  DnsClient from(String address) {
    return new DnsClient(
        server, new InetSocketAddress(InetAddress.ofLiteral(address), 0), timeoutMillis);
  }

  /// One that waits so long for each answer.
  DnsClient waiting(Duration limit) {
    return new DnsClient(server, source, (int) limit.toMillis());
  }

  /// The A records of a name, in the order of the answer.
  List<String> addresses(String name) {
    return addresses(name, Type.A);
  }

  List<String> addresses(String name, int type) {
    return addresses(ask(name, type));
  }

  static List<String> addresses(Message answer) {
    return answer.getSection(Section.ANSWER).stream()
        .map(DnsClient::address)
        .filter(text -> !text.isEmpty())
        .toList();
  }

  private static String address(Record record) {
    return switch (record) {
      case ARecord a -> a.getAddress().getHostAddress();
      case AAAARecord a -> a.getAddress().getHostAddress();
      default -> "";
    };
  }

  /// Asks over UDP without EDNS.
  Message ask(String name, int type) {
    return exchange(query(name, type));
  }

  /// Asks over UDP with EDNS.
  Message askWithEdns(String name, int type) {
    Message query = query(name, type);
    query.addRecord(new OPTRecord(EDNS_BYTES, 0, 0), Section.ADDITIONAL);
    return exchange(query);
  }

  static Message query(String name, int type) {
    return Message.newQuery(Record.newRecord(absolute(name), type, DClass.IN));
  }

  Message exchange(Message query) {
    try {
      return new Message(exchange(query.toWire()));
    } catch (IOException e) {
      throw new UncheckedIOException(query.getQuestion() + " to " + server, e);
    }
  }

  /// Sends octets over UDP and returns those of the answer.
  ///
  /// @throws SocketTimeoutException when none comes
  byte[] exchange(byte[] query) throws IOException {
    try (DatagramSocket socket = new DatagramSocket(source)) {
      socket.setSoTimeout(timeoutMillis);
      socket.connect(server);
      socket.send(new DatagramPacket(query, query.length));
      DatagramPacket answer = new DatagramPacket(new byte[65535], 65535);
      socket.receive(answer);
      return Arrays.copyOf(answer.getData(), answer.getLength());
    }
  }

  /// Asks all the questions on one TCP connection, written at once, and returns the answers in the
  /// order in which they came.
  List<Message> askOverTcp(List<Message> queries) {
    try (Socket socket = new Socket()) {
      socket.bind(source);
      socket.setSoTimeout(timeoutMillis);
      socket.connect(server, timeoutMillis);
      ByteArrayOutputStream together = new ByteArrayOutputStream();
      for (Message query : queries) {
        together.writeBytes(Frames.of(query.toWire()));
      }
      socket.getOutputStream().write(together.toByteArray());
      List<Message> answers = new ArrayList<>();
      for (int i = 0; i < queries.size(); i++) {
        answers.add(new Message(Frames.read(socket.getInputStream())));
      }
      return answers;
    } catch (IOException e) {
      throw new UncheckedIOException("over TCP to " + server, e);
    }
  }

  private static Name absolute(String name) {
    try {
      return Name.fromString(name, Name.root);
    } catch (TextParseException e) {
      throw new IllegalArgumentException(name, e);
    }
  }
}
