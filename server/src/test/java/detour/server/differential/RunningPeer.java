package detour.server.differential;

import static org.awaitility.Awaitility.await;

import detour.server.probe.RealPeer;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/// One of the other servers, with zones, asked over UDP and TCP. Belongs to one thread.
final class RunningPeer implements AutoCloseable {
  private static final byte[] NONE = {};
  private static final int SILENCE_MILLIS = 400;
  private static final int PATIENCE_SECONDS = 20;
  private static final int STREAM_PATIENCE_MILLIS = 5_000;

  private final PeerKind kind;
  private final RealPeer process;
  private final DatagramSocket socket;
  private final byte[] buffer = new byte[65_535];
  private final Socket stream = new Socket();

  private RunningPeer(PeerKind kind, RealPeer process, DatagramSocket socket) {
    this.kind = kind;
    this.process = process;
    this.socket = socket;
  }

  /// Starts it; [#awaitReady] tells when it answers.
  static RunningPeer start(PeerKind kind, Path parent, List<ServedZone> zones) throws IOException {
    String program = kind.require();
    Path folder = Files.createTempDirectory(parent, "peer");
    for (ServedZone zone : zones) {
      Files.writeString(folder.resolve(zone.origin() + "zone"), zone.text());
    }
    InetAddress address = InetAddress.ofLiteral(kind.address);
    int port;
    try (DatagramSocket free = new DatagramSocket(new InetSocketAddress(address, 0))) {
      port = free.getLocalPort();
    }
    List<String> command = kind.command(program, folder, port, zones);
    RealPeer process = RealPeer.start(folder, command.toArray(String[]::new));
    DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    socket.connect(address, port);
    socket.setSoTimeout(SILENCE_MILLIS);
    return new RunningPeer(kind, process, socket);
  }

  PeerKind kind() {
    return kind;
  }

  /// Waits until it answers for every zone: one that it did not load ends the test.
  void awaitReady(List<ServedZone> zones) {
    for (ServedZone zone : zones) {
      byte[] query = Question.query(zone.origin(), Type.SOA).toWire();
      await()
          .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
          .pollInterval(Duration.ofMillis(20))
          .untilAsserted(() -> {
            byte[] response = exchange(query);
            Header header = response.length == 0 ? new Header() : new Header(response);
            if (header.getRcode() != Rcode.NOERROR || !header.getFlag(Flags.AA)) {
              throw new AssertionError(kind + " does not serve\n" + zone.text() + complaints(zone));
            }
          });
    }
  }

  private String complaints(ServedZone zone) throws IOException {
    String shortly = zone.origin().substring(0, zone.origin().length() - 1);
    return process
        .printed()
        .lines()
        .filter(line -> line.contains(shortly))
        .collect(Collectors.joining("\n"));
  }

  /// What it answers; empty for silence.
  byte[] ask(byte[] query) {
    try {
      return exchange(query);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What it answers over a connection that stays open; one that answers nothing fails.
  byte[] askByStream(byte[] query) {
    try {
      if (!stream.isConnected()) {
        stream.setTcpNoDelay(true);
        stream.setSoTimeout(STREAM_PATIENCE_MILLIS);
        stream.connect(socket.getRemoteSocketAddress());
      }
      ByteBuffer framed = ByteBuffer.allocate(Short.BYTES + query.length);
      stream.getOutputStream().write(framed.putShort((short) query.length).put(query).array());
      DataInputStream responses = new DataInputStream(stream.getInputStream());
      return responses.readNBytes(responses.readUnsignedShort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] exchange(byte[] query) throws IOException {
    try {
      socket.send(new DatagramPacket(query, query.length));
      while (true) {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        if (buffer[0] == query[0] && buffer[1] == query[1]) {
          return Arrays.copyOf(buffer, packet.getLength());
        }
      }
    } catch (PortUnreachableException | SocketTimeoutException e) {
      return NONE;
    }
  }

  @Override
  public void close() {
    socket.close();
    closeStream();
    process.close();
  }

  private void closeStream() {
    try {
      stream.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
