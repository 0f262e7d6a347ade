package detour.server;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.api.ConvergenceReport;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// What resolvers answer, asked of one that answers and of one that is silent.
class ResolverDeskTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private final AtomicInteger asked = new AtomicInteger();
  private DatagramSocket resolver;
  private DatagramSocket silent;

  @BeforeEach
  void start() throws IOException {
    resolver = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
    silent = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
    Thread.ofVirtual().start(this::answer);
  }

  @AfterEach
  void stop() {
    resolver.close();
    silent.close();
  }

  private void answer() {
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(new byte[512], 512);
        resolver.receive(packet);
        asked.incrementAndGet();
        Message query = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
        Message answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.addRecord(query.getQuestion(), Section.QUESTION);
        if (query.getQuestion().getType() == Type.A) {
          answer.addRecord(
              new ARecord(
                  query.getQuestion().getName(), DClass.IN, 17, InetAddress.ofLiteral("192.0.2.1")),
              Section.ANSWER);
        }
        byte[] octets = answer.toWire();
        resolver.send(new DatagramPacket(octets, octets.length, packet.getSocketAddress()));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  @Test
  void shouldTellWhatEachResolverHoldsAndWhoIsSilent() {
    List<InetSocketAddress> both =
        List.of(
            (InetSocketAddress) resolver.getLocalSocketAddress(),
            (InetSocketAddress) silent.getLocalSocketAddress());
    try (ResolverDesk desk =
        new ResolverDesk(both, Duration.ofMillis(300), InstantSource.system())) {
      List<ConvergenceReport.Resolver> answers = desk.ask("www.example.com", Set.of(1, 28));

      assertThat(answers).hasSize(4);
      assertThat(answers.get(0).answers()).containsExactly("192.0.2.1");
      assertThat(answers.get(0).ttlSeconds()).isEqualTo(17);
      assertThat(answers.get(1).type()).isEqualTo("AAAA");
      assertThat(answers.get(1).answers()).isEmpty();
      assertThat(answers.get(1).rcode()).isEqualTo("NOERROR");
      assertThat(answers.get(2).problem()).isNotEmpty();
    }
  }

  @Test
  void shouldAskOnceForAllWhoLookAtTheSameTime() {
    try (ResolverDesk desk =
        new ResolverDesk(
            List.of((InetSocketAddress) resolver.getLocalSocketAddress()),
            Duration.ofSeconds(5),
            InstantSource.system())) {
      List<ConvergenceReport.Resolver> first = desk.ask("www.example.com", Set.of(1));

      assertThat(desk.ask("www.example.com", Set.of(1))).isEqualTo(first);
      assertThat(asked).hasValue(1);
    }
  }
}
