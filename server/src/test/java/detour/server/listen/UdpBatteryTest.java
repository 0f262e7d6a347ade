package detour.server.listen;

import static detour.server.listen.TestQueries.answersWww;
import static detour.server.listen.TestQueries.id;
import static detour.server.listen.TestQueries.www;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import detour.dns.answer.AnswerTable;
import detour.dns.answer.Transport;
import detour.server.linux.Linux;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What every UDP engine does.
class UdpBatteryTest {
  private static final AnswerTable TABLE = TestQueries.table();

  private final Metrics metrics = new Metrics();
  private final List<Listeners> opened = new ArrayList<>();

  @AfterEach
  void closeListeners() {
    opened.forEach(Listeners::close);
  }

  @ParameterizedTest
  @CsvSource({
    "NATIVE, 127.0.0.1",
    "NATIVE, ::1",
    "NATIVE, 0.0.0.0",
    "NATIVE, ::",
    "PORTABLE, 127.0.0.1",
    "PORTABLE, ::1",
    "PORTABLE, 0.0.0.0",
    "PORTABLE, ::"
  })
  void shouldAnswer(UdpEngine engine, String address) throws IOException {
    Listeners listeners = start(engine, address);
    InetSocketAddress bound = listeners.addresses().getFirst();
    String asked = address.contains(":") ? "::1" : "127.0.0.1";

    try (UdpClient client = new UdpClient(new InetSocketAddress(asked, bound.getPort()))) {
      client.send(www(4711));
      ByteBuffer response = client.receive();

      assertThat(answersWww(response)).isTrue();
      assertThat(id(response)).isEqualTo(4711);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NATIVE", "PORTABLE"})
  void shouldServeBothWildcardsOnOnePort(UdpEngine engine) throws IOException {
    Listeners both = bothWildcards(engine);
    int port = both.addresses().getFirst().getPort();

    for (String asked : List.of("127.0.0.1", "::1")) {
      InetSocketAddress address = new InetSocketAddress(asked, port);
      try (UdpClient udp = new UdpClient(address);
          TcpClient tcp = new TcpClient(address)) {
        udp.send(www(1));
        assertThat(answersWww(udp.receive())).as("UDP to %s", asked).isTrue();
        tcp.send(TestQueries.framed(www(2)));
        assertThat(answersWww(tcp.receive())).as("TCP to %s", asked).isTrue();
      }
    }
  }

  /// On a port that is free at this moment, and that somebody else may take in the next.
  private Listeners bothWildcards(UdpEngine engine) throws IOException {
    for (int attempt = 1; ; attempt++) {
      int port = start(engine, "127.0.0.1").addresses().getFirst().getPort();
      closeListeners();
      try {
        Listeners both =
            Listeners.open(settings(engine, port, "0.0.0.0", "::"), () -> TABLE, metrics);
        opened.add(both);
        both.start();
        return both;
      } catch (ListenException e) {
        if (attempt == 5) {
          throw e;
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NATIVE", "PORTABLE"})
  void shouldGiveEachOfManyClientsItsOwnAnswers(UdpEngine engine) throws IOException {
    InetSocketAddress address = start(engine, "127.0.0.1").addresses().getFirst();
    List<UdpClient> clients = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      clients.add(new UdpClient(address));
    }

    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < clients.size(); i++) {
        clients.get(i).send(www(round * 64 + i));
      }
    }

    for (int i = 0; i < clients.size(); i++) {
      Set<Integer> answered = new TreeSet<>();
      for (int round = 0; round < 10; round++) {
        ByteBuffer response = clients.get(i).receive();
        assertThat(answersWww(response)).isTrue();
        answered.add(id(response));
      }
      int first = i;
      assertThat(answered).hasSize(10).allMatch(id -> id % 64 == first);
    }
    clients.forEach(UdpClient::close);
  }

  @ParameterizedTest
  @EnumSource(names = {"NATIVE", "PORTABLE"})
  void shouldStillAnswerAfterAStormOfGarbage(UdpEngine engine) throws IOException {
    Listeners listeners = start(engine, "127.0.0.1");
    Random random = new Random(42);

    try (UdpClient client = new UdpClient(listeners.addresses().getFirst())) {
      for (int i = 0; i < 5_000; i++) {
        client.send(garbage(random, i));
      }
    }

    try (UdpClient client = new UdpClient(listeners.addresses().getFirst())) {
      await().until(() -> answers(client));
    }
    assertThat(metrics.value(Counter.LISTENER_FAILURES)).isZero();
    assertThat(metrics.value(Counter.UDP_UNREADABLE)).isPositive();
    assertThat(count(listeners)).isPositive();
  }

  @ParameterizedTest
  @EnumSource(names = {"NATIVE", "PORTABLE"})
  void shouldAnswerWhatWasQueuedWhenItIsClosed(UdpEngine engine) throws IOException {
    Listeners listeners = open(engine, "127.0.0.1");

    try (UdpClient client = new UdpClient(listeners.addresses().getFirst())) {
      for (int i = 0; i < 100; i++) {
        client.send(www(i));
      }
      listeners.start();
      listeners.close();

      Set<Integer> answered = new TreeSet<>();
      for (int i = 0; i < 100; i++) {
        answered.add(id(client.receive()));
      }
      assertThat(answered).hasSize(100);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NATIVE", "PORTABLE"})
  void shouldEndItsThreadsWhenClosed(UdpEngine engine) throws IOException {
    Listeners listeners = start(engine, "127.0.0.1", "::1", "0.0.0.0");
    await().until(() -> !listenerThreads().isEmpty());

    long before = System.nanoTime();
    listeners.close();
    listeners.close();

    assertThat(listenerThreads()).isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
    // The address is free again.
    InetSocketAddress address = listeners.addresses().getFirst();
    Listeners next =
        Listeners.open(
            SocketSettings.of(List.of(address)).withUdp(engine, 1, 1232), () -> TABLE, metrics);
    next.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"NATIVE", "PORTABLE"})
  void shouldGoOnAfterAnErrorOfItsOwn(UdpEngine engine) throws IOException {
    AtomicReference<Supplier<AnswerTable>> table =
        new AtomicReference<>(() -> {
          throw new OutOfMemoryError("pretended");
        });
    assumeUsable(engine);
    Listeners listeners =
        Listeners.open(settings(engine, 0, "127.0.0.1"), () -> table.get().get(), metrics);
    opened.add(listeners);
    listeners.start();

    try (UdpClient client = new UdpClient(listeners.addresses().getFirst())) {
      client.send(www(1));
      await().until(() -> metrics.value(Counter.LISTENER_FAILURES) > 0);
      table.set(() -> TABLE);
      await().until(() -> answers(client));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NATIVE", "PORTABLE"})
  void shouldDropDatagramsThatAreLongerThanItsBuffer(UdpEngine engine) throws IOException {
    Listeners listeners = start(engine, "127.0.0.1");

    try (UdpClient client = new UdpClient(listeners.addresses().getFirst())) {
      client.send(Arrays.copyOf(www(1), 5_000));
      client.send(www(2));

      assertThat(id(client.receive())).isEqualTo(2);
    }
    assertThat(metrics.value(Counter.UDP_UNREADABLE)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"NATIVE", "PORTABLE"})
  void shouldTruncateWhatDoesNotFit(UdpEngine engine) throws IOException {
    Listeners listeners = start(engine, "127.0.0.1");

    try (UdpClient client = new UdpClient(listeners.addresses().getFirst())) {
      client.send(TestQueries.big(7));
      ByteBuffer response = client.receive();

      assertThat(response.limit()).isLessThanOrEqualTo(512);
      assertThat(response.get(2) & 0x02).as("TC").isEqualTo(0x02);
    }
  }

  private static byte[] garbage(Random random, int round) {
    byte[] bytes =
        switch (round % 4) {
          case 0 -> new byte[random.nextInt(40)];
          case 1 -> Arrays.copyOf(www(round), random.nextInt(34));
          case 2 -> Arrays.copyOf(www(round), 34 + random.nextInt(500));
          default -> new byte[12 + random.nextInt(4_500)];
        };
    if (round % 3 != 0) {
      for (int i = 0; i < bytes.length; i += 1 + random.nextInt(8)) {
        bytes[i] = (byte) random.nextInt();
      }
    }
    return bytes;
  }

  private static boolean answers(UdpClient client) throws IOException {
    client.send(www(99));
    return answersWww(client.receive());
  }

  private static long count(Listeners listeners) {
    return listeners.responders().stream()
        .mapToLong(responder -> responder.counts().dropped(Transport.UDP))
        .sum();
  }

  private static List<String> listenerThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("listen-"))
        .toList();
  }

  private Listeners start(UdpEngine engine, String... addresses) throws IOException {
    Listeners listeners = open(engine, addresses);
    listeners.start();
    return listeners;
  }

  private Listeners open(UdpEngine engine, String... addresses) throws IOException {
    assumeUsable(engine);
    Listeners listeners = Listeners.open(settings(engine, 0, addresses), () -> TABLE, metrics);
    opened.add(listeners);
    return listeners;
  }

  private static SocketSettings settings(UdpEngine engine, int port, String... addresses) {
    return SocketSettings.of(
            Arrays.stream(addresses).map(host -> new InetSocketAddress(host, port)).toList())
        .withUdp(engine, 2, 1232);
  }

  private static void assumeUsable(UdpEngine engine) {
    assumeTrue(engine != UdpEngine.NATIVE || Linux.isAvailable());
  }
}
