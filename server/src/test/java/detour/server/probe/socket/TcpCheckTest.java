package detour.server.probe.socket;

import static detour.server.probe.Probing.PATIENT;
import static org.assertj.core.api.Assertions.assertThat;

import detour.server.probe.ProbeResult;
import detour.server.probe.ProbeResult.Step;
import detour.server.probe.Probing;
import detour.server.probe.ScriptedBackend;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class TcpCheckTest {
  private static final String ADDRESS = "127.0.0.22";

  @Test
  void shouldPassWhenTheConnectionOpens() throws Exception {
    try (ServerSocket listener = ScriptedBackend.listener(ADDRESS)) {
      ProbeResult result =
          Probing.run("tcp", new TcpCheck.Settings(listener.getLocalPort()), ADDRESS, PATIENT);

      assertThat(result.passed()).isTrue();
      assertThat(result.detail()).isEqualTo("connected");
      assertThat(result.steps()).extracting(Step::name).containsExactly("connect");
    }
  }

  @Test
  void shouldFailWhenNobodyListens() throws Exception {
    int port;
    try (ServerSocket closed = ScriptedBackend.listener(ADDRESS)) {
      port = closed.getLocalPort();
    }
    ProbeResult result = Probing.run("tcp", new TcpCheck.Settings(port), ADDRESS, PATIENT);

    assertThat(result.passed()).isFalse();
    assertThat(result.detail()).isEqualTo("connection refused");
  }
}
