package detour.server.probe;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// A real nginx with a master and a worker: `/healthz` answers 200.
final class RealNginx implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/sbin/nginx");

  private final Path folder;
  private final String address;
  private final int port;
  private final List<Process> started = new ArrayList<>();

  /// Starts it and waits until it listens.
  ///
  /// @param settings further lines of the `http` block
  RealNginx(Path folder, String address, String settings) throws IOException {
    if (!Files.isExecutable(PROGRAM)) {
      if ("true".equals(System.getenv("CI"))) {
        throw new AssertionError(PROGRAM + " is missing, and CI must not skip");
      }
      System.out.println("skipped: " + PROGRAM + " is missing");
      Assumptions.abort("nginx is missing");
    }
    this.folder = folder;
    this.address = address;
    try (ServerSocket free = ScriptedBackend.listener(address)) {
      port = free.getLocalPort();
    }
    Files.writeString(folder.resolve("nginx.conf"), configuration(settings));
    start();
    await().atMost(Duration.ofSeconds(20)).until(this::listens);
  }

  private String configuration(String settings) {
    return """
    daemon off;
    worker_processes 1;
    worker_shutdown_timeout 50ms;
    pid %1$s/nginx.pid;
    error_log %1$s/error.log;
    events { worker_connections 64; }
    http {
      access_log off;
      client_body_temp_path %1$s/body;
      proxy_temp_path %1$s/proxy;
      fastcgi_temp_path %1$s/fastcgi;
      uwsgi_temp_path %1$s/uwsgi;
      scgi_temp_path %1$s/scgi;
      %4$s
      server {
        listen %2$s:%3$d;
        location / { return 200 "ok"; }
      }
    }
    """
        .formatted(folder, address, port, settings);
  }

  int port() {
    return port;
  }

  /// Starts it (again); returns at once.
  void start() throws IOException {
    started.add(nginx());
  }

  /// `nginx -s`: quit, stop or reload.
  void signal(String signal) throws IOException, InterruptedException {
    Process process = nginx("-s", signal);
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("nginx -s " + signal + " did not end");
    }
  }

  /// Waits until the last one that was started has ended.
  void awaitEnd() throws InterruptedException {
    if (!started.getLast().waitFor(20, TimeUnit.SECONDS)) {
      throw new AssertionError("nginx did not end");
    }
  }

  /// SIGKILL to all of its processes: nothing is said to anybody.
  void kill() {
    List<ProcessHandle> all = all();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(handle -> handle.onExit().join());
  }

  /// Stops or continues all of its processes.
  void send(String signal) throws IOException, InterruptedException {
    for (ProcessHandle handle : all()) {
      new ProcessBuilder("kill", "-" + signal, Long.toString(handle.pid())).start().waitFor();
    }
  }

  private List<ProcessHandle> all() {
    List<ProcessHandle> all = new ArrayList<>();
    for (Process process : started) {
      process.descendants().forEach(all::add);
      all.add(process.toHandle());
    }
    all.removeIf(handle -> !handle.isAlive());
    return all;
  }

  private boolean listens() {
    try (Socket socket = new Socket(address, port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private Process nginx(String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                PROGRAM.toString(),
                "-p",
                folder.toString(),
                "-c",
                folder.resolve("nginx.conf").toString()));
    command.addAll(Arrays.asList(more));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("output").toFile())
        .start();
  }

  @Override
  public void close() {
    kill();
  }
}
