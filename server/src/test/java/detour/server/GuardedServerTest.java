package detour.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import detour.server.config.Configuration;
import detour.server.config.ConfigurationReader;
import detour.server.probe.kinds.ProbeKinds;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/// The whole server with real probes, and a canary that tells whether it sees the world.
@Timeout(60)
class GuardedServerTest {
  private static final String PRIMARY = "127.0.0.1";
  private static final String STANDBY = "127.0.0.2";
  private static final String CANARY = "127.0.0.3";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder;

  /// Accepts and closes, for as long as it is open.
  private record Backend(ServerSocket socket) implements AutoCloseable {
    static Backend open(String address, int port) throws IOException {
      ServerSocket socket = new ServerSocket(port, 50, InetAddress.ofLiteral(address));
      Thread.ofVirtual().start(() -> accept(socket));
      return new Backend(socket);
    }

    private static void accept(ServerSocket socket) {
      while (!socket.isClosed()) {
        try {
          socket.accept().close();
        } catch (IOException closed) {
          return;
        }
      }
    }

    int port() {
      return socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void shouldChangeNothingWhileTheCanaryFailsAndFailOverOnceItPasses() throws Exception {
    Backend primary = Backend.open(PRIMARY, 0);
    int port = primary.port();
    Backend standby = Backend.open(STANDBY, port);
    Backend canary = Backend.open(CANARY, port);
    try (Wiring server = new Wiring(configuration(port))) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(status(server)).doesNotContain("\"UNKNOWN\""));

      canary.close();
      primary.close();
      standby.close();
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(status(server))
                  .contains("here is impaired and changes no health: 1 of 1 canaries fail"));
      assertThat(answer(server)).isEqualTo(PRIMARY);
      assertThat(get(server, "/metrics")).contains("detour_guard_impaired 1");
      assertThat(get(server, "/api/v1/history")).doesNotContain("\"DOWN\"");

      canary = Backend.open(CANARY, port);
      standby = Backend.open(STANDBY, port);
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(answer(server)).isEqualTo(STANDBY));
      assertThat(get(server, "/api/v1/history")).contains("\"impaired\"").contains("\"trusted\"");
    } finally {
      canary.close();
      standby.close();
      primary.close();
    }
  }

  private Configuration configuration(int port) throws IOException {
    Path file = folder.resolve("detour.yaml");
    Files.writeString(
        file,
        """
        node: { name: here, data_dir: %1$s }
        listen: { dns: "127.0.0.1:0", http: "127.0.0.1:0", api: { without_token: configure } }
        guard:
          canaries: [{ type: tcp, port: %2$d, target: %3$s, interval: 200ms }]
          window: 1s
          resume_after: 300ms
        zones:
          - { name: example.com, ns: [ns1.example.net] }
        services:
          - name: www.example.com
            check: { type: tcp, port: %2$d, interval: 200ms }
            pools: [endpoints: %4$s, endpoints: %5$s]
        """
            .formatted(folder.resolve("data"), port, CANARY, PRIMARY, STANDBY));
    return switch (ConfigurationReader.read(file, ProbeKinds.ALL)) {
      case ConfigurationReader.Result.Valid(var valid, var _) -> valid;
      case ConfigurationReader.Result.Invalid(var problems, var _) ->
          throw new AssertionError(problems);
    };
  }

  private static String status(Wiring server) throws IOException, InterruptedException {
    return get(server, "/api/v1/status");
  }

  private static String get(Wiring server, String path) throws IOException, InterruptedException {
    InetSocketAddress api = server.apiAddress();
    URI uri = URI.create("http://127.0.0.1:" + api.getPort() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  private static String answer(Wiring server) throws IOException {
    Message response =
        new SimpleResolver(server.dnsAddresses().getFirst())
            .send(
                Message.newQuery(
                    Record.newRecord(Name.fromString("www.example.com."), Type.A, DClass.IN)));
    return response.getSection(Section.ANSWER).getFirst().rdataToString();
  }
}
