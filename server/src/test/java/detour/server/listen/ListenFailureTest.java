package detour.server.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.dns.answer.AnswerTable;
import detour.server.metrics.Metrics;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What an operator reads when an address cannot be had.
@SuppressWarnings("AddressSelection") // literal addresses, of both families on purpose
class ListenFailureTest {
  private static final AnswerTable TABLE = TestQueries.table();

  @ParameterizedTest
  @EnumSource(UdpEngine.class)
  void shouldSayThatAnotherServerHasTheUdpPort(UdpEngine engine) throws IOException {
    try (DatagramSocket other = new DatagramSocket(null)) {
      other.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      other.bind(new InetSocketAddress("127.0.0.1", 0));
      int port = other.getLocalPort();

      assertThatThrownBy(() -> open(engine, "127.0.0.1", port))
          .isInstanceOf(ListenException.class)
          .hasMessage(
              "cannot listen on 127.0.0.1:%d (UDP): another server is on it (EADDRINUSE);"
                      .formatted(port)
                  + " `ss -lntup 'sport = :%d'` shows which".formatted(port));
    }
  }

  @ParameterizedTest
  @EnumSource(UdpEngine.class)
  void shouldSayThatAnotherServerHasTheTcpPort(UdpEngine engine) throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
      int port = other.getLocalPort();

      assertThatThrownBy(() -> open(engine, "::1", port))
          .isInstanceOf(ListenException.class)
          .hasMessageStartingWith(
              "cannot listen on [0:0:0:0:0:0:0:1]:%d (TCP): another server is on it (EADDRINUSE)"
                  .formatted(port));
    }
  }

  @ParameterizedTest
  @EnumSource(UdpEngine.class)
  void shouldNotShareItsPortWithASecondServer(UdpEngine engine) throws IOException {
    try (Listeners first = open(engine, "127.0.0.1", 0)) {
      int port = first.addresses().getFirst().getPort();

      assertThatThrownBy(() -> open(engine, "127.0.0.1", port))
          .isInstanceOf(ListenException.class)
          .hasMessageContaining("EADDRINUSE");
    }
  }

  @ParameterizedTest
  @EnumSource(UdpEngine.class)
  void shouldSayThatTheMachineDoesNotHaveTheAddress(UdpEngine engine) {
    assertThatThrownBy(() -> open(engine, "192.0.2.1", 0))
        .isInstanceOf(ListenException.class)
        .hasMessageContainingAll("192.0.2.1:0 (UDP)", "EADDRNOTAVAIL", "ip address");
  }

  @Test
  void shouldReleaseTheAddressesBoundBeforeTheOneThatFails() throws IOException {
    int free;
    try (Listeners probe = open(UdpEngine.AUTO, "127.0.0.1", 0)) {
      free = probe.addresses().getFirst().getPort();
    }
    List<InetSocketAddress> addresses =
        List.of(new InetSocketAddress("127.0.0.1", free), new InetSocketAddress("192.0.2.1", 0));
    assertThatThrownBy(
            () -> Listeners.open(SocketSettings.of(addresses), () -> TABLE, new Metrics()))
        .isInstanceOf(ListenException.class);

    try (Listeners again = open(UdpEngine.AUTO, "127.0.0.1", free)) {
      assertThat(again.addresses()).containsExactly(addresses.getFirst());
    }
  }

  @Test
  void shouldRefuseAHostNameWithoutAddress() {
    SocketSettings settings =
        SocketSettings.of(List.of(InetSocketAddress.createUnresolved("nowhere.invalid", 53)));

    assertThatThrownBy(() -> Listeners.open(settings, () -> TABLE, new Metrics()))
        .isInstanceOf(ListenException.class)
        .hasMessageContaining("nowhere.invalid");
  }

  @ParameterizedTest
  @EnumSource(names = {"NATIVE", "PORTABLE"})
  void shouldUseTheSamePortForBothTransportsWhereAnyIsAskedFor(UdpEngine engine)
      throws IOException {
    try (Listeners listeners = open(engine, "127.0.0.1", 0)) {
      InetSocketAddress address = listeners.addresses().getFirst();
      assertThat(address.getPort()).isPositive();
      listeners.start();

      try (TcpClient tcp = new TcpClient(address);
          UdpClient udp = new UdpClient(address)) {
        tcp.send(TestQueries.framed(TestQueries.www(1)));
        assertThat(TestQueries.answersWww(tcp.receive())).isTrue();
        udp.send(TestQueries.www(2));
        assertThat(TestQueries.answersWww(udp.receive())).isTrue();
      }
    }
  }

  private static Listeners open(UdpEngine engine, String host, int port) throws ListenException {
    SocketSettings settings =
        SocketSettings.of(List.of(new InetSocketAddress(host, port))).withUdp(engine, 2, 1232);
    return Listeners.open(settings, () -> TABLE, new Metrics());
  }
}
