package detour.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.xbill.DNS.Message;

/// Storms of what no honest client sends, against the server as it is shipped. After each batch a
/// good query is answered within a second; in the end it is the same process, without an error in
/// its log, and it has not grown since the first storm.
class MalformedTrafficTest {
  private static final String HOST = "host.example.com";
  private static final String ADDRESS = "192.0.2.1";

  private static final int STORMS = 3;
  private static final int DATAGRAMS_OF_A_KIND = 2_000;
  private static final int CONNECTIONS_OF_A_KIND = 40;
  private static final int HALF_OPEN_CONNECTIONS = 1_200;
  private static final int CONNECTIONS_OF_A_CLIENT = 60;
  private static final int TRICKLING_CONNECTIONS = 50;

  /// Less than the half-open ones, so that there are more than there are places.
  private static final int PLACES = 1_000;

  /// How often a good query is asked; the one before may have been lost in a full buffer.
  private static final int TRIES = 3;

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final int PATIENCE_MILLIS = 10_000;

  /// What compiled code, the heap and caches of buffers may still take after the first storm.
  private static final long GROWTH_KIBIBYTES = 32L << 10;

  @RegisterExtension final Stage stage = Stage.forEachTest();

  private final Random random = new Random(5);
  private final DetourServer server = stage.unstartedServer("");

  @Test
  void shouldTakeStormsAsBefore() throws IOException {
    start();
    long flat = 0;
    for (int storm = 0; storm < STORMS; storm++) {
      for (Malformed kind : Malformed.values()) {
        sendDatagrams(kind);
        shouldAnswer(kind + " over UDP");
        sendOverTcp(kind);
        shouldAnswer(kind + " over TCP");
      }
      halfOpen();
      trickle();
      shouldAnswer("connections that trickled");
      if (storm == 0) {
        flat = server.residentKibibytes();
      }
    }

    long bound = flat + GROWTH_KIBIBYTES;
    Awaitility.await("compilers to give back what they took")
        .atMost(DetourServer.PATIENCE)
        .untilAsserted(() -> assertThat(server.residentKibibytes()).as("VmRSS").isLessThan(bound));
    assertThat(server.alive()).isTrue();
    assertThat(server.log()).doesNotContain("ERROR").doesNotContain("Exception");
  }

  private void start() {
    stage.file(
        "example.com.zone",
        """
        $TTL 60
        @    IN SOA ns1 hostmaster ( 1 7200 900 1209600 300 )
        @    IN NS  ns1
        ns1  IN A   192.0.2.53
        host IN A   192.0.2.1
        """);
    server.listen("tcp_idle_timeout: 2s, tcp_connections: " + PLACES);
    server.configure("zones: [ { name: example.com, file: example.com.zone } ]\n");
    server.start();
  }

  private void sendDatagrams(Malformed kind) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      for (int i = 0; i < DATAGRAMS_OF_A_KIND; i++) {
        byte[] message = kind.make(random);
        socket.send(
            new DatagramPacket(
                message, message.length, InetAddress.ofLiteral("127.0.0.1"), server.dnsPort()));
      }
    }
  }

  /// Malformed messages with right lengths, and one with a length that is wrong.
  private void sendOverTcp(Malformed kind) throws IOException {
    for (int i = 0; i < CONNECTIONS_OF_A_KIND; i++) {
      try (Socket socket = connect(stage.address(1))) {
        for (int j = 0; j < 10; j++) {
          send(socket, Frames.of(kind.make(random)));
        }
        byte[] lie = kind.make(random);
        send(socket, ByteBuffer.allocate(2).putShort((short) random.nextInt(65_536)).array());
        send(socket, lie);
        readToEnd(socket);
      }
    }
  }

  /// More connections than there are places, each with a part of a query.
  private void halfOpen() throws IOException {
    List<Socket> held = new ArrayList<>();
    try {
      for (int i = 0; i < HALF_OPEN_CONNECTIONS; i++) {
        Socket socket = connect(stage.address(1 + i / CONNECTIONS_OF_A_CLIENT));
        held.add(socket);
        send(socket, 0, 30, 1, 2, 3);
      }
      shouldAnswerOverUdp("half-open connections");
      Awaitility.await("a place for a client over TCP")
          .atMost(DetourServer.PATIENCE)
          .ignoreExceptions()
          .until(() -> answersOverTcp(server.dns()));
    } finally {
      for (Socket socket : held) {
        socket.close();
      }
    }
    server.awaitCounted("detour_tcp_connections_open", 0);
  }

  /// An octet now and then does not keep a connection open.
  private void trickle() throws IOException {
    List<Socket> trickling = new ArrayList<>();
    try {
      for (int i = 0; i < TRICKLING_CONNECTIONS; i++) {
        Socket socket = connect(stage.address(1));
        trickling.add(socket);
        send(socket, 0x7F, 0xFF);
      }
      Awaitility.await("connections that trickle to be closed")
          .atMost(DetourServer.PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> {
            for (Socket socket : trickling) {
              send(socket, 0);
            }
            return server.counted("detour_tcp_connections_open") == 0;
          });
    } finally {
      for (Socket socket : trickling) {
        socket.close();
      }
    }
  }

  private void shouldAnswer(String after) {
    shouldAnswerOverUdp(after);
    assertThat(answersOverTcp(server.dns())).as("over TCP after %s", after).isTrue();
  }

  private void shouldAnswerOverUdp(String after) {
    @Nullable IOException last = null;
    for (int i = 0; i < TRIES; i++) {
      try {
        byte[] query = DnsClient.query(HOST, 1).toWire();
        Message answer = new Message(server.dns().waiting(SECOND).exchange(query));
        assertThat(DnsClient.addresses(answer)).as("after %s", after).containsExactly(ADDRESS);
        return;
      } catch (IOException e) {
        last = e;
      }
    }
    throw new AssertionError("no answer within a second after " + after, last);
  }

  private static boolean answersOverTcp(DnsClient client) {
    Message answer = client.askOverTcp(List.of(DnsClient.query(HOST, 1))).getFirst();
    return DnsClient.addresses(answer).equals(List.of(ADDRESS));
  }

  private Socket connect(String source) throws IOException {
    Socket socket = new Socket();
    socket.setSoLinger(true, 0); // nothing stays behind, not even its port
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral(source), 0));
    socket.connect(
        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), server.dnsPort()),
        PATIENCE_MILLIS);
    return socket;
  }

  private static void send(Socket socket, int... octets) {
    byte[] bytes = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      bytes[i] = (byte) octets[i];
    }
    send(socket, bytes);
  }

  /// The server may have closed the connection, and says so by a reset.
  private static void send(Socket socket, byte[] octets) {
    try {
      socket.getOutputStream().write(octets);
    } catch (IOException closed) {
      return;
    }
  }

  /// Until the server closes, or resets, after it was told that no more comes.
  private static void readToEnd(Socket socket) {
    try {
      socket.shutdownOutput();
      var _ = socket.getInputStream().readAllBytes();
    } catch (IOException closed) {
      return;
    }
  }
}
