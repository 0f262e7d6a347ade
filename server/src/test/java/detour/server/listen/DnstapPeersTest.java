package detour.server.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import detour.dns.answer.AnswerTable;
import detour.server.FreePort;
import detour.server.dnstap.TapSettings;
import detour.server.dnstap.Taps;
import detour.server.linux.Linux;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Reports by dnstap as `fstrm_capture` takes them and `dnstap-ldns` reads them.
class DnstapPeersTest {
  private static final Path CAPTURE = Path.of("/usr/bin/fstrm_capture");
  private static final Path READER = Path.of("/usr/bin/dnstap-ldns");
  private static final Duration PATIENT = Duration.ofSeconds(20);
  private static final AnswerTable TABLE = TestQueries.table();

  @TempDir private Path folder;

  private final Metrics metrics = new Metrics();

  @BeforeEach
  void requirePeers() {
    for (Path peer : List.of(CAPTURE, READER)) {
      if ("true".equals(System.getenv("CI"))) {
        assertThat(peer).as("Debian's packages fstrm-bin and dnstap-ldns are missing").exists();
      }
      assumeTrue(Files.exists(peer), "not tested: " + peer + " is missing");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NATIVE", "PORTABLE"})
  void shouldReportQueriesAndResponsesOverAUnixSocket(UdpEngine engine) throws Exception {
    assumeTrue(engine == UdpEngine.PORTABLE || Linux.isAvailable());
    Path socket = folder.resolve("tap");
    Process capture = capture("-u", socket.toString());
    String text = exchange(engine, UnixDomainSocketAddress.of(socket), capture);

    assertThat(text).contains("identity: \"ams1\"").contains("version: \"detour test\"");
    assertThat(count(text, "type: AUTH_QUERY")).isEqualTo(4);
    assertThat(count(text, "type: AUTH_RESPONSE")).isEqualTo(4);
    assertThat(count(text, "socket_protocol: UDP")).isEqualTo(6);
    assertThat(count(text, "socket_protocol: TCP")).isEqualTo(2);
    assertThat(text).contains("query_address: \"127.0.0.1\"").contains("www.example.test.");
  }

  @Test
  void shouldReportOverTcp() throws Exception {
    int port = FreePort.next();
    Process capture = capture("-a", "127.0.0.1", "-p", Integer.toString(port));
    InetSocketAddress receiver = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);

    assertThat(count(exchange(UdpEngine.AUTO, receiver, capture), "type: AUTH_RESPONSE"))
        .isEqualTo(4);
  }

  @Test
  void shouldAnswerWithoutAReceiverAndReportOnceThereIsOne() throws Exception {
    Path socket = folder.resolve("tap");
    TapSettings settings = settings(UnixDomainSocketAddress.of(socket));
    Process capture;
    try (Taps taps = new Taps(settings, metrics);
        Listeners listeners = listeners(UdpEngine.AUTO, taps)) {
      taps.start();
      listeners.start();
      ask(listeners.addresses().getFirst());
      await().atMost(PATIENT).until(() -> metrics.value(Counter.DNSTAP_CONNECTIONS_FAILED) > 0);
      capture = capture("-u", socket.toString());
      await().atMost(PATIENT).until(() -> metrics.value(Counter.DNSTAP_FRAMES) == 8);
    }
    assertThat(count(read(capture), "type: AUTH_QUERY")).isEqualTo(4);
  }

  private String exchange(UdpEngine engine, SocketAddress receiver, Process capture)
      throws Exception {
    try (Taps taps = new Taps(settings(receiver), metrics);
        Listeners listeners = listeners(engine, taps)) {
      taps.start();
      listeners.start();
      ask(listeners.addresses().getFirst());
      await().atMost(PATIENT).until(() -> metrics.value(Counter.DNSTAP_FRAMES) == 8);
    }
    return read(capture);
  }

  private static TapSettings settings(SocketAddress receiver) {
    return new TapSettings(receiver, 1, "ams1", "detour test");
  }

  private Listeners listeners(UdpEngine engine, Taps taps) throws IOException {
    SocketSettings settings =
        SocketSettings.of(List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)))
            .withUdp(engine, 2, 1232);
    return Listeners.open(settings, () -> TABLE, taps, metrics);
  }

  /// Three queries over UDP and one over TCP.
  private static void ask(InetSocketAddress server) throws IOException {
    for (int id = 1; id <= 3; id++) {
      try (UdpClient client = new UdpClient(server)) {
        client.send(TestQueries.www(id));
        assertThat(TestQueries.answersWww(client.receive())).isTrue();
      }
    }
    try (TcpClient client = new TcpClient(server)) {
      client.send(TestQueries.framed(TestQueries.www(4)));
      client.receive();
    }
  }

  private Process capture(String... where) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(CAPTURE.toString(), "-t", "protobuf:dnstap.Dnstap", "-w", file().toString()));
    command.addAll(List.of(where));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("capture.log").toFile())
        .start();
  }

  private Path file() {
    return folder.resolve("frames");
  }

  private String read(Process capture) throws Exception {
    capture.destroy(); // it writes what it has when it is asked to end
    assertThat(capture.waitFor(10, TimeUnit.SECONDS)).isTrue();
    Process reader =
        new ProcessBuilder(READER.toString(), "-y", "-r", file().toString())
            .redirectErrorStream(true)
            .start();
    String text = new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(reader.waitFor()).as(text).isZero();
    return text;
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }
}
