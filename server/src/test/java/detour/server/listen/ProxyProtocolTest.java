package detour.server.listen;

import static detour.server.listen.ProxyHeaders.join;
import static detour.server.listen.TestQueries.answersWww;
import static detour.server.listen.TestQueries.framed;
import static detour.server.listen.TestQueries.withOption;
import static detour.server.listen.TestQueries.www;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import detour.dns.answer.AddressPrefix;
import detour.dns.answer.AnswerTable;
import detour.dns.answer.CookiePolicy;
import detour.dns.answer.CookieSecret;
import detour.dns.answer.ServerOptions;
import detour.server.FreePort;
import detour.server.linux.Linux;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.probe.Certificates;
import detour.server.probe.RealPeer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The PROXY protocol over UDP, TCP and TLS: whose query it is, who may say so, and what is
/// dropped. Whom the server takes a client for is seen by its cookies, which are about an address.
class ProxyProtocolTest {
  private static final byte[] HALF_A_COOKIE = {1, 2, 3, 4, 5, 6, 7, 8};
  private static final int COOKIE_OCTETS = 24;
  private static final int BADCOOKIE = 23;
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(300);

  /// Cookies are required over UDP.
  private static final AnswerTable TABLE =
      TestQueries.table()
          .identifiedBy(
              ServerOptions.of(
                  "",
                  "",
                  new CookiePolicy(
                      List.of(CookieSecret.parse("e5e973e5a6b2a43f48e7dc849e37bfcf")), true)),
              1);

  @TempDir private static Path folder;
  private static Certificates.Pair certificate;

  private final Metrics metrics = new Metrics();
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  @BeforeAll
  static void makeCertificate() throws Exception {
    certificate = new Certificates(folder).selfSigned("dns.example", "dns:dns.example", "-1d", 9);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "NATIVE, 192.0.2.7, 192.0.2.8",
    "NATIVE, 2001:db8::7, 2001:db8::8",
    "PORTABLE, 192.0.2.7, 192.0.2.8",
    "PORTABLE, 2001:db8::7, 2001:db8::8"
  })
  void shouldTakeADatagramsClientForTheOneThatTheHeaderTells(
      UdpEngine engine, String one, String other) throws IOException {
    Listeners listeners = start(engine, LONG);
    UdpClient proxy = udp(listeners);
    byte[] header = ProxyHeaders.of(one);

    proxy.send(join(header, withOption(www(1), 10, HALF_A_COOKIE)));
    ByteBuffer refused = proxy.receive();
    assertThat(refused.get(3) & 0xF).isEqualTo(BADCOOKIE & 0xF);
    byte[] cookie = cookie(refused);

    proxy.send(join(header, withOption(www(2), 10, cookie)));
    assertThat(answersWww(proxy.receive())).isTrue();
    proxy.send(join(ProxyHeaders.of(other), withOption(www(3), 10, cookie)));
    assertThat(answersWww(proxy.receive())).isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"NATIVE", "PORTABLE"})
  void shouldDropDatagramsOfAProxyWithoutAGoodHeader(UdpEngine engine) throws IOException {
    Listeners listeners = start(engine, LONG);
    UdpClient proxy = udp(listeners);

    proxy.send(www(1));
    proxy.send(join(ProxyHeaders.header(ProxyHeaders.PROXY, 0x41), www(2)));
    proxy.send(Arrays.copyOf(ProxyHeaders.of("192.0.2.7"), 20));
    proxy.send(ProxyHeaders.of("192.0.2.7"));
    proxy.send(join(ProxyHeaders.local(), www(3)));

    ByteBuffer response = proxy.receive();
    assertThat(TestQueries.id(response)).isEqualTo(3);
    assertThat(answersWww(response)).isTrue();
    assertThat(metrics.value(Counter.PROXY_HEADERS_MISSING)).isEqualTo(1);
    assertThat(metrics.value(Counter.PROXY_HEADERS_MALFORMED)).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(names = {"NATIVE", "PORTABLE"})
  void shouldTakeAHeaderOfAnybodyElseForABadQuery(UdpEngine engine) throws IOException {
    Listeners listeners = start(engine, SHORT);
    UdpClient other = UdpClient.from("127.0.0.2", listeners.addresses().getFirst());
    opened.addFirst(other);

    other.send(join(ProxyHeaders.of("192.0.2.7"), www(1)));
    ByteBuffer response = other.receive();
    assertThat(response.get(3) & 0xF).isNotZero();
    assertThat(answersWww(response)).isFalse();
    other.send(www(2));
    assertThat(answersWww(other.receive())).isTrue();

    TcpClient tcp = TcpClient.from("127.0.0.2", listeners.addresses().getFirst());
    opened.addFirst(tcp);
    tcp.send(join(ProxyHeaders.of("192.0.2.7"), framed(www(3))));
    assertThat(tcp.readToEnd()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldTakeAConnectionsClientForTheOneThatTheHeaderTells(UdpEngine engine)
      throws IOException {
    Listeners listeners = start(engine, LONG);
    TcpClient first = tcp(listeners);
    byte[] octets =
        join(ProxyHeaders.of("192.0.2.7"), framed(withOption(www(1), 10, HALF_A_COOKIE)));
    for (byte octet : octets) {
      first.send(octet); // a header need not come in one piece
    }
    byte[] cookie = cookie(first.receive());

    UdpClient udp = udp(listeners);
    udp.send(join(ProxyHeaders.of("192.0.2.7"), withOption(www(2), 10, cookie)));

    assertThat(answersWww(udp.receive())).isTrue();
    // One client may have one connection here; the proxy has as many as it has clients.
    TcpClient other = tcp(listeners);
    other.send(join(ProxyHeaders.of("192.0.2.8"), framed(www(3))));
    assertThat(answersWww(other.receive())).isTrue();
    TcpClient again = tcp(listeners);
    again.send(join(ProxyHeaders.of("192.0.2.7"), framed(www(4))));
    assertThat(again.readToEnd()).isZero();
    assertThat(metrics.value(Counter.TCP_CONNECTIONS_REFUSED)).isEqualTo(1);
    first.close();
    await()
        .until(() -> {
          TcpClient next = tcp(listeners);
          next.send(join(ProxyHeaders.of("192.0.2.7"), framed(www(5))));
          try {
            return answersWww(next.receive());
          } catch (IOException e) {
            return false; // the first one is not forgotten yet
          }
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldAnswerAProxyThatSpeaksForItself(UdpEngine engine) throws IOException {
    Listeners listeners = start(engine, LONG);
    for (int i = 0; i < 3; i++) {
      TcpClient proxy = tcp(listeners);
      proxy.send(join(ProxyHeaders.local(), framed(www(i))));
      assertThat(answersWww(proxy.receive())).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PORTABLE"})
  void shouldCloseConnectionsOfAProxyWithoutAGoodHeader(UdpEngine engine) throws IOException {
    Listeners listeners = start(engine, LONG);
    TcpClient without = tcp(listeners);
    without.send(framed(www(1)));
    assertThat(without.readToEnd()).isZero();
    assertThat(metrics.value(Counter.PROXY_HEADERS_MISSING)).isEqualTo(1);

    TcpClient malformed = tcp(listeners);
    malformed.send(join(ProxyHeaders.header(0x21, 0x41, new byte[36]), framed(www(1))));
    assertThat(malformed.readToEnd()).isZero();
    assertThat(metrics.value(Counter.PROXY_HEADERS_MALFORMED)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 27})
  void shouldEndAConnectionWhoseHeaderStops(int octets) throws IOException {
    TcpClient proxy = tcp(start(UdpEngine.AUTO, SHORT));

    proxy.send(Arrays.copyOf(ProxyHeaders.of("192.0.2.7"), octets));

    assertThat(proxy.readToEnd()).isZero();
    assertThat(metrics.value(Counter.TCP_CONNECTIONS_TIMED_OUT)).isEqualTo(1);
  }

  /// The header comes before the handshake.
  @Test
  void shouldTakeATlsClientForTheOneThatTheHeaderTells() throws IOException {
    Listeners listeners = start(UdpEngine.AUTO, LONG);
    InetSocketAddress server = listeners.tlsAddresses().getFirst();
    Socket plain = new Socket(server.getAddress(), server.getPort());
    plain.getOutputStream().write(ProxyHeaders.of("192.0.2.7"));
    TcpClient client = new TcpClient(TlsClients.over(plain));
    opened.addFirst(client);

    client.send(framed(withOption(www(1), 10, HALF_A_COOKIE)));
    byte[] cookie = cookie(client.receive());

    UdpClient udp = udp(listeners);
    udp.send(join(ProxyHeaders.of("192.0.2.7"), withOption(www(2), 10, cookie)));
    assertThat(answersWww(udp.receive())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"+notcp", "+tcp"})
  void shouldUnderstandKdig(String transport) throws Exception {
    int port = start(UdpEngine.AUTO, LONG).addresses().getFirst().getPort();

    String printed =
        RealPeer.run(
            RealPeer.require("kdig"),
            "@127.0.0.1",
            "-p",
            Integer.toString(port),
            transport,
            "+proxy=192.0.2.7#1234-192.0.2.53#53",
            "www.example.test");

    assertThat(printed).contains("status: NOERROR");
    assertThat(metrics.value(Counter.PROXY_HEADERS_MISSING)).isZero();
  }

  /// With its health checks, which are LOCAL, and a client that is known to both by its address.
  @Test
  void shouldUnderstandDnsdist() throws Exception {
    String dnsdist = RealPeer.require("dnsdist");
    InetSocketAddress server = start(UdpEngine.AUTO, LONG).addresses().getFirst();
    InetSocketAddress balancer = new InetSocketAddress(server.getAddress(), FreePort.next());
    Path configuration =
        Files.writeString(
            folder.resolve("dnsdist.conf"),
            """
            setLocal("127.0.0.1:%d")
            newServer({address="127.0.0.1:%d", useProxyProtocol=true, checkInterval=1,
              checkName="www.example.test.", mustResolve=true})
            """
                .formatted(balancer.getPort(), server.getPort()));
    try (RealPeer peer =
        RealPeer.start(
            folder, dnsdist, "--supervised", "--disable-syslog", "-C", configuration.toString())) {
      UdpClient direct = UdpClient.from("127.0.0.3", server);
      opened.addFirst(direct);
      direct.send(withOption(www(1), 10, HALF_A_COOKIE));
      byte[] cookie = cookie(direct.receive());
      UdpClient client = UdpClient.from("127.0.0.3", balancer);
      opened.addFirst(client);

      await()
          .ignoreExceptions()
          .untilAsserted(() -> {
            client.send(withOption(www(2), 10, cookie));
            assertThat(answersWww(client.receive())).as(peer.printed()).isTrue();
          });
      UdpClient other = UdpClient.from("127.0.0.4", balancer);
      opened.addFirst(other);
      other.send(withOption(www(3), 10, cookie));
      assertThat(answersWww(other.receive())).isFalse();
      TcpClient tcp = TcpClient.from("127.0.0.3", balancer);
      opened.addFirst(tcp);
      tcp.send(framed(www(4)));
      assertThat(answersWww(tcp.receive())).isTrue();
    }
    assertThat(metrics.value(Counter.PROXY_HEADERS_MISSING)).isZero();
    assertThat(metrics.value(Counter.PROXY_HEADERS_MALFORMED)).isZero();
  }

  private UdpClient udp(Listeners listeners) throws IOException {
    UdpClient client = UdpClient.from("127.0.0.1", listeners.addresses().getFirst());
    opened.addFirst(client);
    return client;
  }

  private TcpClient tcp(Listeners listeners) throws IOException {
    TcpClient client = TcpClient.from("127.0.0.1", listeners.addresses().getFirst());
    opened.addFirst(client);
    return client;
  }

  /// With 127.0.0.1 as the proxy, and one connection for each client.
  private Listeners start(UdpEngine engine, Duration idleTimeout) throws IOException {
    assumeTrue(engine != UdpEngine.NATIVE || Linux.isAvailable());
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    List<InetSocketAddress> any = new ArrayList<>(List.of(new InetSocketAddress(loopback, 0)));
    SocketSettings settings =
        SocketSettings.of(any)
            .withUdp(engine, 1, 1232)
            .withTcp(100, 1, idleTimeout)
            .withTls(any, new TlsFiles(certificate.pem(), certificate.key()))
            .withProxies(List.of(AddressPrefix.of(loopback.getAddress(), 32)));
    Listeners listeners = Listeners.open(settings, () -> TABLE, metrics);
    opened.addLast(listeners);
    listeners.start();
    return listeners;
  }

  /// The one at the end of a response.
  private static byte[] cookie(ByteBuffer response) {
    byte[] message = new byte[response.limit()];
    response.get(0, message);
    return Arrays.copyOfRange(message, message.length - COOKIE_OCTETS, message.length);
  }
}
