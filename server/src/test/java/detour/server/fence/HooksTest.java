package detour.server.fence;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import detour.failover.model.FencePolicy;
import detour.failover.model.FencePolicy.Hook;
import detour.failover.model.FencePolicy.Outcome;
import detour.failover.safety.FenceState;
import detour.failover.safety.FenceState.Stage;
import detour.server.publish.Fencing.Order;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HooksTest {
  private final Hooks hooks = new Hooks("ams1");

  @Test
  void shouldTellTheProgramWhatIsToBeFencedOff() throws Exception {
    FenceState state =
        raise(
            new Hook.Command(
                List.of("/bin/sh", "-c", "echo $DETOUR_SERVICE $DETOUR_FROM $DETOUR_TO $HOME")),
            Duration.ofSeconds(20));
    assertThat(state.stage()).isEqualTo(Stage.STOOD);
    assertThat(state.detail()).isEqualTo("db.example.com ams fra");
    assertThat(state.by()).isEqualTo("ams1");
  }

  @Test
  void shouldSayWhyAProgramFailed() throws Exception {
    FenceState state =
        raise(
            new Hook.Command(List.of("/bin/sh", "-c", "echo no such host >&2; exit 3")),
            Duration.ofSeconds(20));
    assertThat(state.stage()).isEqualTo(Stage.FAILED);
    assertThat(state.detail()).isEqualTo("exit status 3: no such host");
  }

  @Test
  void shouldFailWhatCannotBeStarted() throws Exception {
    FenceState state = raise(new Hook.Command(List.of("/nowhere/fence")), Duration.ofSeconds(20));
    assertThat(state.stage()).isEqualTo(Stage.FAILED);
    assertThat(state.detail()).startsWith("it could not be started");
  }

  @Test
  void shouldEndAProgramThatTakesTooLong() throws Exception {
    FenceState state =
        raise(new Hook.Command(List.of("/bin/sleep", "600")), Duration.ofMillis(200));
    assertThat(state.stage()).isEqualTo(Stage.TIMED_OUT);
  }

  @ParameterizedTest(name = "HTTP status {0} -> {1}")
  @CsvSource({"200, STOOD", "204, STOOD", "302, FAILED", "500, FAILED"})
  void shouldAskAWebhook(int status, Stage expected) throws Exception {
    AtomicReference<String> asked = new AtomicReference<>("");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/fence",
        exchange -> {
          asked.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    try {
      FenceState state =
          raise(
              new Hook.Webhook("http://127.0.0.1:" + server.getAddress().getPort() + "/fence"),
              Duration.ofSeconds(20));
      assertThat(state.stage()).isEqualTo(expected);
      assertThat(asked.get())
          .contains("\"service\":\"db.example.com\"")
          .contains("\"from\":\"ams\"");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void shouldWaitForTheStatusOfAWebhookAlone() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(() -> {
            try {
              // Never closed: the body that it announces never ends.
              listener
                  .accept()
                  .getOutputStream()
                  .write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n".getBytes(US_ASCII));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      FenceState state =
          raise(
              new Hook.Webhook("http://127.0.0.1:" + listener.getLocalPort() + "/fence"),
              Duration.ofSeconds(20));
      assertThat(state.stage()).isEqualTo(Stage.STOOD);
    }
  }

  private FenceState raise(Hook hook, Duration timeout) throws Exception {
    FencePolicy policy =
        new FencePolicy(hook, timeout, Outcome.HOLD, Outcome.HOLD, Duration.ofSeconds(30));
    Order order =
        new Order("db.example.com", "joint", "ams", "fra", 0, false, "ams is down", policy);
    return hooks.raise(order).get(30, SECONDS);
  }
}
