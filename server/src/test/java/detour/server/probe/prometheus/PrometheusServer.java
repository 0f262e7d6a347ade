package detour.server.probe.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import detour.server.probe.Probing;
import detour.server.probe.ScriptedBackend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A Prometheus of this machine, on a free port of loopback, that scrapes nothing.
final class PrometheusServer implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/bin/prometheus");

  private final Process process;
  private final int port;

  private PrometheusServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static PrometheusServer start(Path folder) throws IOException {
    if ("true".equals(System.getenv("CI"))) {
      assertThat(PROGRAM).as("Debian's package prometheus is missing").exists();
    }
    assumeTrue(Files.exists(PROGRAM), "not tested: Debian's package prometheus is missing");
    int port;
    try (ServerSocket free = ScriptedBackend.listener("127.0.0.1")) {
      port = free.getLocalPort();
    }
    Path configuration =
        Files.writeString(folder.resolve("prometheus.yml"), "global: {scrape_interval: 1h}\n");
    Process process =
        new ProcessBuilder(
                PROGRAM.toString(),
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    await()
        .atMost(Probing.PATIENT.multipliedBy(3))
        .failFast("Prometheus ended: see its log", () -> !process.isAlive())
        .until(() -> answers(port));
    return new PrometheusServer(process, port);
  }

  int port() {
    return port;
  }

  void stopAnswering() throws IOException, InterruptedException {
    signal("-STOP");
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private void signal(String signal) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor())
        .isZero();
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 1_000);
      socket.setSoTimeout(1_000);
      ScriptedBackend.send(socket, "GET /-/ready HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
      byte[] line = socket.getInputStream().readNBytes(12);
      return new String(line, StandardCharsets.US_ASCII).endsWith(" 200");
    } catch (IOException starting) {
      return false;
    }
  }
}
