package detour.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.server.access.Failures;
import detour.server.access.Role;
import detour.server.api.ApiAccess;
import detour.server.api.FakeServer;
import detour.server.metrics.Counter;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The API of a server that grants three requests a second, as commands call it.
class ServerClientTest {
  private FakeServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        new FakeServer(
            new ApiAccess(null, Role.CONFIGURE, new Failures(System::nanoTime), 3), null);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldSlowDownWhereItIsTooFast() {
    ServerClient client = new ServerClient(server.url(), "carol", null, null);

    for (int i = 0; i < 10; i++) {
      assertThat(client.read("/api/v1/status", Map.of()).body()).contains("www.example.com");
    }

    assertThat(server.metrics.value(Counter.API_REQUESTS_LIMITED)).isPositive();
  }

  @Test
  void shouldCarryOutAChangeOnceThoughItHadToComeAgain() {
    ServerClient client = new ServerClient(server.url(), "carol", null, null);
    while (server.metrics.value(Counter.API_REQUESTS_LIMITED) == 0) {
      client.read("/api/v1/status", Map.of());
    }

    for (int i = 0; i < 8; i++) {
      client.post("/api/v1/reload", Map.of());
    }

    assertThat(server.commands).hasSize(8);
  }

  @Test
  void shouldNotWaitForAMinuteWhereTheTokenIsWrong() {
    ServerClient client = new ServerClient(server.url(), "carol", "wrong", null);

    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> client.read("/api/v1/status", Map.of()))
          .isInstanceOf(CommandFailed.class);
    }

    assertThatThrownBy(() -> client.read("/api/v1/status", Map.of()))
        .hasMessageContaining("too many wrong tokens");
  }
}
