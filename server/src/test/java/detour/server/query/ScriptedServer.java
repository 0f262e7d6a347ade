package detour.server.query;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;

/// A DNS server that says what a test tells it to, over UDP and a stream on the same port.
public final class ScriptedServer implements AutoCloseable {
  private static final InetAddress ADDRESS = InetAddress.ofLiteral("127.0.0.43");

  private final DatagramSocket datagrams;
  private final ServerSocket listener;
  private final Script udp;
  private final Script stream;
  private final List<Message> queries = new CopyOnWriteArrayList<>();

  /// What to send for a query.
  @FunctionalInterface
  public interface Script {
    /// @param number counts the queries over this transport from 1
    /// @return messages to send, none for silence
    List<byte[]> answers(Message query, int number) throws IOException;
  }

  public ScriptedServer(Script udp, Script stream) throws IOException {
    this(udp, stream, null);
  }

  /// @param tls null for streams without
  public ScriptedServer(Script udp, Script stream, @Nullable SSLContext tls) throws IOException {
    this.udp = udp;
    this.stream = stream;
    listener =
        tls == null
            ? new ServerSocket(0, 50, ADDRESS)
            : tls.getServerSocketFactory().createServerSocket(0, 50, ADDRESS);
    datagrams = new DatagramSocket(listener.getLocalPort(), ADDRESS);
    Thread.ofVirtual().start(this::serveDatagrams);
    Thread.ofVirtual().start(this::serveStreams);
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(ADDRESS, listener.getLocalPort());
  }

  /// As the command takes it.
  public String at() {
    return "@" + ADDRESS.getHostAddress() + ":" + listener.getLocalPort();
  }

  public List<Message> queries() {
    return queries;
  }

  private void serveDatagrams() {
    DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
    int number = 0;
    try {
      while (true) {
        packet.setLength(65_535);
        datagrams.receive(packet);
        Message query = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
        queries.add(query);
        for (byte[] answer : udp.answers(query, ++number)) {
          datagrams.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void serveStreams() {
    int number = 0;
    try {
      while (true) {
        try (Socket socket = listener.accept()) {
          DataInputStream in = new DataInputStream(socket.getInputStream());
          Message query = new Message(in.readNBytes(in.readUnsignedShort()));
          queries.add(query);
          DataOutputStream out = new DataOutputStream(socket.getOutputStream());
          for (byte[] answer : stream.answers(query, ++number)) {
            out.write(answer);
          }
          out.flush();
        } catch (IOException gone) {
          if (listener.isClosed()) {
            return;
          }
        }
      }
    } catch (RuntimeException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws IOException {
    datagrams.close();
    listener.close();
  }
}
