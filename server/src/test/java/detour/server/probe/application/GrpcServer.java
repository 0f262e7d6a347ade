package detour.server.probe.application;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;

/// A real gRPC server, of Python's grpcio, with a health service.
final class GrpcServer implements AutoCloseable {
  private static final String LISTENING = "listening on ";

  private final Path folder;
  private final Process process;

  private GrpcServer(Path folder, Process process) {
    this.folder = folder;
    this.process = process;
  }

  /// @param mode `plain`; `bare` for one without a health service; or the paths of certificate and
  ///   key
  static GrpcServer start(String address, String... mode) throws IOException {
    String python = Peers.require("/usr/bin/python3");
    Peers.requireFile("/usr/lib/python3/dist-packages/grpc/__init__.py");
    Path folder = Files.createTempDirectory("detour-grpc");
    Path script = folder.resolve("health_server.py");
    try (InputStream in = GrpcServer.class.getResourceAsStream("health_server.py")) {
      Files.copy(Objects.requireNonNull(in), script);
    }
    List<String> command = new ArrayList<>(List.of(python, script.toString(), address));
    command.addAll(List.of(mode));
    GrpcServer server = new GrpcServer(folder, Peers.start(folder.resolve("log"), command));
    Awaitility.await("gRPC on " + address)
        .atMost(Duration.ofSeconds(60))
        .until(() -> server.log().contains(LISTENING) && server.log().endsWith("\n"));
    return server;
  }

  private String log() throws IOException {
    String log = Files.readString(folder.resolve("log"));
    if (!process.isAlive()) {
      throw new AssertionError("the gRPC server ended: " + log);
    }
    return log;
  }

  int port() throws IOException {
    String log = log();
    return Integer.parseInt(log.substring(log.indexOf(LISTENING) + LISTENING.length()).strip());
  }

  Process process() {
    return process;
  }

  @Override
  public void close() throws IOException {
    try {
      Peers.end(process);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Peers.delete(folder);
  }
}
