package detour.server.probe.socket;

import static detour.server.probe.Probing.BRIEF;
import static detour.server.probe.Probing.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.Probing;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UdpCheckTest {
  private static final String ADDRESS = "127.0.0.27";

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.27", "::1"})
  void shouldPassOnTheExpectedAnswer(String address) throws Exception {
    try (Answering peer = new Answering(address, "pong ping")) {
      ProbeResult result = run(address, peer.port(), "pong", PATIENT);

      assertThat(result.detail()).isEqualTo("answered 'pong ping'");
      assertThat(result.outcome()).isEqualTo(Outcome.PASSED);
      assertThat(result.steps()).extracting(Step::name).containsExactly("answer");
    }
  }

  @Test
  void shouldFailOnAnotherAnswer() throws Exception {
    try (Answering peer = new Answering(ADDRESS, "go away")) {
      assertThat(run(ADDRESS, peer.port(), "pong", PATIENT).detail())
          .isEqualTo("answered 'go away', expected 'pong'");
    }
  }

  @Test
  void shouldPassOnAnyAnswerWhereNothingIsExpected() throws Exception {
    try (Answering peer = new Answering(ADDRESS, "whatever")) {
      assertThat(run(ADDRESS, peer.port(), null, PATIENT).outcome()).isEqualTo(Outcome.PASSED);
    }
  }

  @Test
  void shouldSearchTheLongestDatagram() throws Exception {
    try (Answering peer = new Answering(ADDRESS, "x".repeat(65_503) + "pong")) {
      assertThat(run(ADDRESS, peer.port(), "pong", PATIENT).outcome()).isEqualTo(Outcome.PASSED);
    }
  }

  @Test
  void shouldFailOnSilence() throws Exception {
    try (DatagramSocket silent =
        new DatagramSocket(new InetSocketAddress(InetAddress.getByName(ADDRESS), 0))) {
      assertThat(run(ADDRESS, silent.getLocalPort(), null, BRIEF).detail())
          .isEqualTo("timed out after 300 ms while waiting for an answer");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.27", "::1"})
  void shouldFailAtOnceWhereNobodyListens(String address) throws Exception {
    int port;
    try (DatagramSocket closed =
        new DatagramSocket(new InetSocketAddress(InetAddress.getByName(address), 0))) {
      port = closed.getLocalPort();
    }
    assertThat(run(address, port, "pong", PATIENT).detail())
        .isEqualTo("port unreachable: nothing listens there");
  }

  @Test
  void shouldHearNobodyButTheEndpoint() throws Exception {
    try (Answering peer =
        new Answering(ADDRESS, "pong") {
          @Override
          void answer(DatagramPacket question, DatagramSocket socket) throws IOException {
            try (DatagramSocket stranger =
                new DatagramSocket(new InetSocketAddress(InetAddress.getByName(ADDRESS), 0))) {
              byte[] lie = "lie".getBytes(StandardCharsets.US_ASCII);
              stranger.send(new DatagramPacket(lie, lie.length, question.getSocketAddress()));
            }
            super.answer(question, socket);
          }
        }) {
      assertThat(run(ADDRESS, peer.port(), null, PATIENT).detail()).isEqualTo("answered 'pong'");
    }
  }

  private static ProbeResult run(
      String address, int port, @Nullable String expect, Duration timeout)
      throws InterruptedException {
    return Probing.run(
        "udp",
        new UdpCheck.Settings(
            port,
            Octets.ofEscaped("ping"),
            expect == null ? null : new Expectation.Exactly(Octets.ofEscaped(expect))),
        address,
        timeout);
  }

  /// Answers every datagram with one text.
  private static class Answering implements AutoCloseable {
    private final DatagramSocket socket;
    private final byte[] answer;

    Answering(String address, String answer) throws IOException {
      this.answer = answer.getBytes(StandardCharsets.US_ASCII);
      socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName(address), 0));
      Thread.ofVirtual().start(this::serve);
    }

    int port() {
      return socket.getLocalPort();
    }

    void answer(DatagramPacket question, DatagramSocket from) throws IOException {
      from.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
    }

    private void serve() {
      try {
        while (true) {
          DatagramPacket question = new DatagramPacket(new byte[100], 100);
          socket.receive(question);
          answer(question, socket);
        }
      } catch (IOException closed) {
        // The test is over.
      }
    }

    @Override
    public void close() {
      socket.close();
    }
  }
}
