package detour.server.probe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/// A program of others that listens on a loopback address, for as long as it is not closed.
public final class PeerProcess implements AutoCloseable {
  private final Process process;
  private final Path output;

  private PeerProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /// Starts the program and waits until it listens.
  public static PeerProcess start(Path folder, String address, int port, List<String> command)
      throws IOException {
    List<String> located = new ArrayList<>(command);
    located.set(0, require(command.getFirst()));
    Path output = folder.resolve("output-" + port);
    PeerProcess peer =
        new PeerProcess(
            new ProcessBuilder(located)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start(),
            output);
    try {
      Awaitility.await(command.getFirst() + " on " + address)
          .atMost(Duration.ofSeconds(30))
          .until(() -> peer.listens(address, port));
    } catch (RuntimeException | AssertionError failed) {
      peer.close();
      throw failed;
    }
    return peer;
  }

  /// A real nginx in one process, with this content of its `http` section.
  public static PeerProcess nginx(Path folder, String address, int port, String http)
      throws IOException {
    Path configuration =
        Files.writeString(
            folder.resolve("nginx-" + port + ".conf"),
            """
            daemon off;
            master_process off;
            pid %1$s/nginx-%2$d.pid;
            error_log stderr;
            events { worker_connections 64; }
            http {
              access_log off;
              client_body_temp_path %1$s/body;
              proxy_temp_path %1$s/proxy;
              fastcgi_temp_path %1$s/fastcgi;
              uwsgi_temp_path %1$s/uwsgi;
              scgi_temp_path %1$s/scgi;
              %3$s
            }
            """
                .formatted(folder, port, http));
    return start(
        folder,
        address,
        port,
        List.of("nginx", "-p", folder.toString(), "-c", configuration.toString()));
  }

  /// The program's path. Where it is absent the test is skipped with a line that says so, and fails
  /// under `CI=true`.
  public static String require(String program) {
    return Stream.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin")
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElseGet(() -> {
          String line = program + " is not installed: a test that needs it cannot run";
          if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(line);
          }
          System.out.println("SKIPPED: " + line);
          return Assumptions.abort(line);
        });
  }

  private boolean listens(String address, int port) throws IOException {
    if (!process.isAlive()) {
      throw new AssertionError("the peer ended: " + Files.readString(output));
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), 1_000);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
