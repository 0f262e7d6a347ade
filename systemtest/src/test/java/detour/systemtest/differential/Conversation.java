package detour.systemtest.differential;

import detour.systemtest.Frames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/// One client of one server, which asks one question after the other over UDP, or over one TCP
/// connection that stays open. Belongs to one thread.
final class Conversation implements AutoCloseable {
  private static final byte[] NONE = {};
  private static final int SILENCE_MILLIS = 400;

  /// A server is silent when it is so often: it may have been busy.
  private static final int TRIES = 3;

  private static final int STREAM_PATIENCE_MILLIS = 5_000;

  private final InetSocketAddress server;
  private final DatagramSocket datagrams;
  private final byte[] buffer = new byte[65_535];
  private final Socket stream = new Socket();

  Conversation(InetSocketAddress server) {
    this.server = server;
    try {
      datagrams = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
      datagrams.connect(server);
      datagrams.setSoTimeout(SILENCE_MILLIS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What is answered over UDP; empty for silence.
  byte[] ask(byte[] query) {
    byte[] response = NONE;
    for (int i = 0; i < TRIES && response.length == 0; i++) {
      response = askOnce(query);
    }
    return response;
  }

  /// What is answered over TCP; silence is a failure.
  byte[] askByStream(byte[] query) {
    try {
      if (!stream.isConnected()) {
        stream.setTcpNoDelay(true);
        stream.setSoTimeout(STREAM_PATIENCE_MILLIS);
        stream.connect(server, STREAM_PATIENCE_MILLIS);
      }
      stream.getOutputStream().write(Frames.of(query));
      return Frames.read(stream.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException("over TCP to " + server, e);
    }
  }

  /// Whether the zone's SOA is answered with authority at this moment.
  boolean hears(ServedZone zone) {
    byte[] response = askOnce(Question.query(zone.origin(), Type.SOA).toWire());
    try {
      Header header = response.length == 0 ? new Header() : new Header(response);
      return header.getRcode() == Rcode.NOERROR && header.getFlag(Flags.AA);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] askOnce(byte[] query) {
    try {
      datagrams.send(new DatagramPacket(query, query.length));
      while (true) {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        datagrams.receive(packet);
        if (buffer[0] == query[0] && buffer[1] == query[1]) {
          return Arrays.copyOf(buffer, packet.getLength());
        }
      }
    } catch (PortUnreachableException | SocketTimeoutException e) {
      return NONE;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    datagrams.close();
    try {
      stream.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
