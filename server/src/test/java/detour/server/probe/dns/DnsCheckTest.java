package detour.server.probe.dns;

import static detour.server.probe.Probing.BRIEF;
import static detour.server.probe.Probing.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.Probing;
import detour.server.probe.ScriptedBackend;
import detour.server.probe.dns.DnsSettings.Transport;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;

/// Against servers that misbehave in ways that real ones cannot be made to.
class DnsCheckTest {
  private static final String ADDRESS = "127.0.0.32";

  @Test
  void shouldWaitForTheTrueAnswerAmongForgedOnes() throws Exception {
    UdpScript script =
        (socket, question) -> {
          byte[] forged = answer(question);
          forged[1] ^= 1;
          socket.send(new DatagramPacket(forged, forged.length, question.getSocketAddress()));
          byte[] noise = {1, 2, 3};
          socket.send(new DatagramPacket(noise, noise.length, question.getSocketAddress()));
          byte[] good = answer(question);
          socket.send(new DatagramPacket(good, good.length, question.getSocketAddress()));
        };
    ProbeResult result = overUdp(script);

    assertThat(result.detail()).isEqualTo("NOERROR with 192.0.2.1");
    assertThat(result.steps()).extracting(Step::name).containsExactly("answer");
  }

  @Test
  void shouldSayWhatItIgnored() throws Exception {
    UdpScript script =
        (socket, question) -> {
          byte[] noise = {1, 2, 3};
          socket.send(new DatagramPacket(noise, noise.length, question.getSocketAddress()));
        };
    try (DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.getByName(ADDRESS), 0))) {
      Thread.ofVirtual().start(() -> serve(socket, script));
      assertThat(
              Probing.run("dns", settings(socket.getLocalPort(), Transport.UDP), ADDRESS, BRIEF)
                  .detail())
          .isEqualTo(
              "timed out after 300 ms while waiting for the answer (1 ignored: what came is no DNS"
                  + " message)");
    }
  }

  @Test
  void shouldFailAtOnceWhereNobodyListens() throws Exception {
    int port;
    try (DatagramSocket closed =
        new DatagramSocket(new InetSocketAddress(InetAddress.getByName(ADDRESS), 0))) {
      port = closed.getLocalPort();
    }
    assertThat(DnsChecks.run(settings(port, Transport.UDP), ADDRESS).detail())
        .isEqualTo("port unreachable: nothing listens there");
    assertThat(DnsChecks.run(settings(port, Transport.TCP), ADDRESS).detail())
        .isEqualTo("connection refused");
  }

  @Test
  void shouldTakeAnAnswerInPieces() throws Exception {
    ProbeResult result =
        overTcp((socket, out, answer) -> {
          socket.setTcpNoDelay(true);
          for (byte octet : framed(answer)) {
            out.write(octet);
            out.flush();
          }
        });

    assertThat(result.detail()).isEqualTo("NOERROR with 192.0.2.1");
    assertThat(result.steps()).extracting(Step::name).containsExactly("connect", "answer");
  }

  @Test
  void shouldFailOnAnotherQuestionsAnswerOverTcp() throws Exception {
    assertThat(
            overTcp(
                    (_, out, answer) -> {
                      answer[0] ^= 1;
                      out.write(framed(answer));
                    })
                .detail())
        .isEqualTo("what came is no answer to the query");
  }

  @Test
  void shouldFailWhenTheServerClosesWithinTheAnswer() throws Exception {
    assertThat(overTcp((_, out, answer) -> out.write(framed(answer), 0, 20)).detail())
        .isEqualTo("connection closed while waiting for the answer");
  }

  @Test
  void shouldFailWhenTheServerResets() throws Exception {
    assertThat(overTcp((socket, _, _) -> socket.setSoLinger(true, 0)).detail())
        .isEqualTo("connection reset while waiting for the answer");
  }

  @Test
  void shouldFailWhenTheServerHangs() throws Exception {
    try (ServerSocket listener = ScriptedBackend.listener(ADDRESS)) {
      assertThat(
              Probing.run("dns", settings(listener.getLocalPort(), Transport.TCP), ADDRESS, BRIEF)
                  .detail())
          .isEqualTo("timed out after 300 ms while waiting for the answer");
    }
  }

  @Test
  void shouldDegradeOnAnAnswerThatWasCut() throws Exception {
    ProbeResult result =
        overUdp((socket, question) -> {
          Message cut = new Message(answer(question));
          cut.getHeader().setFlag(Flags.TC);
          byte[] octets = cut.toWire();
          socket.send(new DatagramPacket(octets, octets.length, question.getSocketAddress()));
        });

    assertThat(result.outcome()).isEqualTo(Outcome.DEGRADED);
  }

  @Test
  void shouldAskFromAnotherPortWithAnotherIdEachTime() throws Exception {
    AtomicReference<String> asked = new AtomicReference<>("");
    UdpScript script =
        (socket, question) -> {
          ByteBuffer message = ByteBuffer.wrap(question.getData());
          asked.accumulateAndGet(
              question.getPort() + "/" + message.getShort(0) + " ", String::concat);
          byte[] good = answer(question);
          socket.send(new DatagramPacket(good, good.length, question.getSocketAddress()));
        };
    for (int i = 0; i < 4; i++) {
      overUdp(script);
    }
    assertThat(asked.get().split(" ")).hasSize(4).doesNotHaveDuplicates();
  }

  private interface UdpScript {
    void play(DatagramSocket socket, DatagramPacket question) throws IOException;
  }

  private interface TcpScript {
    void play(Socket socket, OutputStream out, byte[] answer) throws IOException;
  }

  private static ProbeResult overUdp(UdpScript script) throws Exception {
    try (DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.getByName(ADDRESS), 0))) {
      Thread.ofVirtual().start(() -> serve(socket, script));
      return DnsChecks.run(settings(socket.getLocalPort(), Transport.UDP), ADDRESS);
    }
  }

  private static void serve(DatagramSocket socket, UdpScript script) {
    try {
      DatagramPacket question = new DatagramPacket(new byte[4096], 4096);
      socket.receive(question);
      script.play(socket, question);
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private static ProbeResult overTcp(TcpScript script) throws Exception {
    try (ServerSocket listener = ScriptedBackend.listener(ADDRESS)) {
      Thread.ofVirtual()
          .start(() -> {
            try (Socket socket = listener.accept()) {
              DataInputStream in = new DataInputStream(socket.getInputStream());
              byte[] question = in.readNBytes(in.readUnsignedShort());
              script.play(socket, socket.getOutputStream(), answer(question, question.length));
            } catch (IOException gone) {
              // The probe has its answer.
            }
          });
      return Probing.run("dns", settings(listener.getLocalPort(), Transport.TCP), ADDRESS, PATIENT);
    }
  }

  private static byte[] framed(byte[] message) {
    return ByteBuffer.allocate(message.length + 2)
        .putShort((short) message.length)
        .put(message)
        .array();
  }

  private static byte[] answer(DatagramPacket question) throws IOException {
    return answer(question.getData(), question.getLength());
  }

  private static byte[] answer(byte[] question, int length) throws IOException {
    Message message = new Message(ByteBuffer.wrap(question, 0, length));
    Message answer = new Message(message.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.addRecord(message.getQuestion(), Section.QUESTION);
    answer.addRecord(
        new ARecord(
            message.getQuestion().getName(), DClass.IN, 60, InetAddress.ofLiteral("192.0.2.1")),
        Section.ANSWER);
    return answer.toWire();
  }

  private static DnsSettings settings(int port, Transport transport) {
    return DnsChecks.settings(port, transport, "www.example.", DnsChecks.ANY);
  }
}
