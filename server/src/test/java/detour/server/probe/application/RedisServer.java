package detour.server.probe.application;

import detour.server.probe.ScriptedBackend;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/// A real redis-server without a disk.
final class RedisServer implements AutoCloseable {
  private final String address;
  private final int port;
  private final Path folder;
  private final Process process;

  private RedisServer(String address, int port, Path folder, Process process) {
    this.address = address;
    this.port = port;
    this.folder = folder;
    this.process = process;
  }

  /// @param more further arguments
  static RedisServer start(String address, String... more) throws IOException {
    String program = Peers.require("/usr/bin/redis-server", "/usr/bin/valkey-server");
    int port;
    try (ServerSocket free = ScriptedBackend.listener(address)) {
      port = free.getLocalPort();
    }
    Path folder = Files.createTempDirectory("detour-redis");
    List<String> command =
        new ArrayList<>(
            List.of(program, "--port", Integer.toString(port), "--bind", address, "--save", ""));
    command.addAll(List.of("--dir", folder.toString()));
    command.addAll(List.of(more));
    Process process = Peers.start(folder.resolve("log"), command);
    RedisServer server = new RedisServer(address, port, folder, process);
    Awaitility.await("Redis on " + address + ":" + port)
        .atMost(Duration.ofSeconds(30))
        .until(server::isReady);
    return server;
  }

  private boolean isReady() throws IOException {
    String log = Files.readString(folder.resolve("log"));
    if (!process.isAlive()) {
      throw new AssertionError("Redis ended: " + log);
    }
    return log.contains("eady to accept connections");
  }

  String run(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Peers.require("/usr/bin/redis-cli", "/usr/bin/valkey-cli"));
    command.addAll(List.of("-h", address, "-p", Integer.toString(port)));
    command.addAll(List.of(words));
    return Peers.run(command);
  }

  int port() {
    return port;
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
