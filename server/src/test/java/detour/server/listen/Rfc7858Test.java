package detour.server.listen;

import static detour.server.listen.TestQueries.answersWww;
import static detour.server.listen.TestQueries.askingIdleTime;
import static detour.server.listen.TestQueries.big;
import static detour.server.listen.TestQueries.framed;
import static detour.server.listen.TestQueries.id;
import static detour.server.listen.TestQueries.toldIdleTime;
import static detour.server.listen.TestQueries.withOption;
import static detour.server.listen.TestQueries.www;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import detour.dns.answer.AnswerTable;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.probe.Certificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// RFC 7858: DNS over TLS, and its certificate while clients are connected.
class Rfc7858Test {
  private static final AnswerTable TABLE = TestQueries.table();
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(300);

  @TempDir private static Path made;
  private static Certificates.Pair one;
  private static Certificates.Pair two;

  private final Metrics metrics = new Metrics();
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  @TempDir private Path folder;
  private Path certificate;
  private Path key;

  @BeforeAll
  static void makeCertificates() throws Exception {
    Certificates certificates = new Certificates(made);
    one = certificates.selfSigned("one.example", "dns:one.example", "-1d", 9);
    two = certificates.selfSigned("two.example", "dns:two.example", "-1d", 9);
  }

  @BeforeEach
  void showTheFirst() throws IOException {
    certificate = folder.resolve("server.pem");
    key = folder.resolve("server.key");
    show(one);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  /// Section 3.3: messages have their length before them, and pipelined ones are answered.
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldAnswerPipelinedQueries(UdpEngine engine) throws Exception {
    TcpClient client = connect(start(engine, 10, LONG));

    client.send(framed(www(0), big(1), www(2)));

    assertThat(answersWww(client.receive())).isTrue();
    assertThat(client.receive().limit()).isGreaterThan(20_000);
    assertThat(id(client.receive())).isEqualTo(2);
    assertThat(metrics.value(Counter.TLS_HANDSHAKES)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldServeBothFamiliesOnAllAddresses(UdpEngine engine) throws Exception {
    int port = start(10, LONG).tlsAddresses().getFirst().getPort();
    closeAll();
    opened.clear();
    SocketSettings settings =
        SocketSettings.of(List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)))
            .withUdp(engine, 1, 1232)
            .withTls(
                List.of(
                    new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), port),
                    new InetSocketAddress(InetAddress.ofLiteral("::"), port)),
                new TlsFiles(certificate, key));
    Listeners listeners = Listeners.open(settings, () -> TABLE, metrics);
    opened.addLast(listeners);
    listeners.start();

    for (String address : List.of("127.0.0.1", "::1")) {
      TcpClient client =
          new TcpClient(
              TlsClients.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port)));
      opened.addFirst(client);
      client.send(framed(www(1)));
      assertThat(answersWww(client.receive())).isTrue();
    }
  }

  /// A client may say that it asks nothing any more, and yet wait.
  @Test
  void shouldAnswerAllOfAClientThatHasEndedItsSide() throws Exception {
    TcpClient client = connect(start(10, LONG));
    byte[][] queries = new byte[40][];
    Arrays.setAll(queries, TestQueries::big);

    client.send(framed(queries));
    client.endOutput();

    for (int i = 0; i < 40; i++) {
      assertThat(id(client.receive())).isEqualTo(i);
    }
    assertThat(client.readToEnd()).isZero();
  }

  /// RFC 8467 section 4.1: the response to a padded query is padded to a multiple of 468 octets.
  @Test
  void shouldPadWhereTheClientDoes() throws Exception {
    TcpClient client = connect(start(10, LONG));

    client.send(framed(withOption(www(1), 12, new byte[60])));
    assertThat(client.receive().limit()).isEqualTo(468);
    client.send(framed(withOption(big(2), 12, new byte[60])));
    assertThat(client.receive().limit() % 468).isZero();
    client.send(framed(www(3)));
    assertThat(client.receive().limit()).isLessThan(100);
  }

  /// Section 3.4: idle times are those of TCP, and told by RFC 7828.
  @Test
  void shouldTellAndKeepTheIdleTime() throws Exception {
    TcpClient client = connect(start(10, SHORT));

    client.send(framed(askingIdleTime(www(1))));

    assertThat(toldIdleTime(client.receive())).isEqualTo(3);
    assertThat(client.readToEnd()).isZero();
    assertThat(metrics.value(Counter.TCP_CONNECTIONS_TIMED_OUT)).isEqualTo(1);
  }

  /// Section 3.1: what is no TLS is not answered, and harms nobody.
  @Test
  void shouldCloseAConnectionThatSpeaksPlainDns() throws Exception {
    Listeners listeners = start(10, LONG);
    TcpClient plain = new TcpClient(listeners.tlsAddresses().getFirst());
    opened.addFirst(plain);

    plain.send(framed(www(1)));

    assertThat(plain.readToEnd()).isLessThan(10); // an alert, at most
    assertThat(metrics.value(Counter.TLS_HANDSHAKES_FAILED)).isEqualTo(1);
    TcpClient other = connect(listeners);
    other.send(framed(www(2)));
    assertThat(answersWww(other.receive())).isTrue();
  }

  /// Of a handshake that never comes to its end, however little of it there was.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5, 40})
  void shouldEndAHandshakeThatStops(int octets) throws Exception {
    Listeners listeners = start(10, SHORT);
    TcpClient client = new TcpClient(listeners.tlsAddresses().getFirst());
    opened.addFirst(client);
    byte[] hello = new byte[200];
    // A record of a handshake: a ClientHello of 191 octets, the last of which never come.
    byte[] head = {22, 3, 1, 0, (byte) 195, 1, 0, 0, (byte) 191, 3, 3};
    System.arraycopy(head, 0, hello, 0, head.length);

    client.send(Arrays.copyOf(hello, octets));

    assertThat(client.readToEnd()).isLessThan(10);
    await().until(() -> metrics.value(Counter.TLS_HANDSHAKES_FAILED) == 1);
  }

  @Test
  void shouldCountConnectionsOverTlsAndTcpTogether() throws Exception {
    Listeners listeners = start(10, 2, LONG);
    TcpClient tls = connect(listeners);
    tls.send(framed(www(1)));
    tls.receive();
    TcpClient tcp = new TcpClient(listeners.addresses().getFirst());
    opened.addFirst(tcp);
    tcp.send(framed(www(2)));
    tcp.receive();

    assertThatThrownBy(() -> connect(listeners)).isInstanceOf(IOException.class);
    assertThat(metrics.value(Counter.TCP_CONNECTIONS_REFUSED)).isEqualTo(1);
  }

  @Test
  void shouldDropAClientThatDoesNotRead() throws Exception {
    Listeners listeners = start(10, Duration.ofSeconds(1));
    TcpClient slow = connect(listeners);
    byte[][] queries = new byte[900][]; // 18 MB of responses, more than any buffer on the way
    Arrays.setAll(queries, TestQueries::big);

    slow.send(framed(queries));

    await().until(() -> metrics.value(Counter.TCP_SLOW_READERS_DROPPED) == 1);
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldSendAllAnswersAndTheEndWhenStopped(UdpEngine engine) throws Exception {
    Listeners listeners = start(engine, 10, LONG);
    TcpClient client = connect(listeners);
    byte[][] queries = new byte[40][];
    Arrays.setAll(queries, TestQueries::big);
    client.send(framed(queries));
    assertThat(id(client.receive())).isZero();

    Thread stop = Thread.ofVirtual().start(listeners::close);

    int received = 1;
    while (received < 40) {
      ByteBuffer response = client.receive();
      assertThat(id(response)).isEqualTo(received);
      received++;
    }
    assertThat(client.readToEnd()).isZero();
    stop.join();
  }

  @Test
  void shouldShowAChangedCertificateToNewClientsAndKeepTheOthers() throws Exception {
    Listeners listeners = start(10, LONG);
    SSLSocket before = TlsClients.connect(listeners.tlsAddresses().getFirst());
    TcpClient connected = new TcpClient(before);
    opened.addFirst(connected);
    assertThat(TlsClients.name(before)).isEqualTo("CN=one.example");

    show(two);
    listeners.refreshCertificate();

    try (SSLSocket after = TlsClients.connect(listeners.tlsAddresses().getFirst())) {
      assertThat(TlsClients.name(after)).isEqualTo("CN=two.example");
    }
    connected.send(framed(www(1)));
    assertThat(answersWww(connected.receive())).isTrue();
    assertThat(metrics.value(Counter.TLS_CERTIFICATES_REPLACED)).isEqualTo(1);
    listeners.refreshCertificate();
    assertThat(metrics.value(Counter.TLS_CERTIFICATES_REPLACED)).isEqualTo(1);
  }

  @Test
  void shouldNoticeAChangedCertificateByItself() throws Exception {
    Listeners listeners = start(10, LONG);

    show(two);

    await().until(() -> metrics.value(Counter.TLS_CERTIFICATES_REPLACED) == 1);
    try (SSLSocket after = TlsClients.connect(listeners.tlsAddresses().getFirst())) {
      assertThat(TlsClients.name(after)).isEqualTo("CN=two.example");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nothing", "the key of another", "no file", "half a file"})
  void shouldKeepTheCertificateWhereTheNewOneWillNotDo(String what) throws Exception {
    Listeners listeners = start(10, LONG);
    switch (what) {
      case "nothing" -> Files.writeString(certificate, "");
      case "the key of another" -> Files.copy(two.key(), key, StandardCopyOption.REPLACE_EXISTING);
      case "no file" -> Files.delete(key);
      default -> Files.writeString(key, Files.readString(key).substring(0, 80));
    }

    await().until(() -> metrics.value(Counter.TLS_CERTIFICATES_REFUSED) == 1);

    assertThat(listeners.trouble())
        .startsWith("DNS over TLS: the new certificate will not do, so the one before")
        .contains(certificate.toString());
    try (SSLSocket client = TlsClients.connect(listeners.tlsAddresses().getFirst())) {
      assertThat(TlsClients.name(client)).isEqualTo("CN=one.example");
    }
    show(two);
    listeners.refreshCertificate();
    assertThat(listeners.trouble()).isNull();
    try (SSLSocket client = TlsClients.connect(listeners.tlsAddresses().getFirst())) {
      assertThat(TlsClients.name(client)).isEqualTo("CN=two.example");
    }
  }

  @Test
  void shouldSayAtTheStartWhatIsWrongWithTheCertificate() throws IOException {
    Files.delete(key);

    assertThatThrownBy(() -> start(10, LONG))
        .cause()
        .isInstanceOf(ListenException.class)
        .hasMessageContaining("(TLS)")
        .hasMessageContaining(key.toString());
  }

  private void show(Certificates.Pair pair) throws IOException {
    Files.copy(pair.pem(), certificate, StandardCopyOption.REPLACE_EXISTING);
    Files.copy(pair.key(), key, StandardCopyOption.REPLACE_EXISTING);
  }

  private Listeners start(int connections, Duration idleTimeout) {
    return start(UdpEngine.AUTO, connections, idleTimeout);
  }

  private Listeners start(UdpEngine engine, int connections, Duration idleTimeout) {
    return start(engine, connections, connections, idleTimeout);
  }

  private Listeners start(int connections, int connectionsPerClient, Duration idleTimeout) {
    return start(UdpEngine.AUTO, connections, connectionsPerClient, idleTimeout);
  }

  private Listeners start(
      UdpEngine engine, int connections, int connectionsPerClient, Duration idleTimeout) {
    List<InetSocketAddress> any =
        List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    SocketSettings settings =
        SocketSettings.of(any)
            .withUdp(engine, 1, 1232)
            .withTcp(connections, connectionsPerClient, idleTimeout)
            .withTls(any, new TlsFiles(certificate, key));
    try {
      Listeners listeners = Listeners.open(settings, () -> TABLE, metrics);
      opened.addLast(listeners);
      listeners.start();
      return listeners;
    } catch (ListenException e) {
      throw new IllegalStateException(e);
    }
  }

  private TcpClient connect(Listeners listeners) throws IOException {
    TcpClient client = new TcpClient(TlsClients.connect(listeners.tlsAddresses().getFirst()));
    opened.addFirst(client);
    return client;
  }
}
