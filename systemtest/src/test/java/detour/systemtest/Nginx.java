package detour.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/// A real nginx, one process, on one loopback address: `/healthz` answers 200, or 500 when told.
final class Nginx implements AutoCloseable {
  private final String program = Peers.require("nginx");
  private final Path directory;
  private final String address;
  private final int port;
  private @Nullable NetworkNamespace namespace;
  private @Nullable Process process;

  private Nginx(Path stage, String address, int port, String tls) {
    this.address = address;
    this.port = port;
    directory = stage.resolve("nginx-" + address + "-" + port);
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve("nginx.conf"), configuration(tls));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Nginx http(Path stage, String address, int port) {
    return new Nginx(stage, address, port, "");
  }

  /// One that listens on all addresses of a namespace.
  static Nginx inside(NetworkNamespace namespace, Path stage, int port) {
    Nginx nginx = http(stage, "0.0.0.0", port);
    nginx.namespace = namespace;
    return nginx;
  }

  static Nginx https(Path stage, String address, int port, Certificates.Pair certificate) {
    return new Nginx(
        stage,
        address,
        port,
        "ssl_certificate %s; ssl_certificate_key %s;"
            .formatted(certificate.certificate(), certificate.key()));
  }

  private String configuration(String tls) {
    // One process without a master: a signal to it hits everything there is of it.
    return """
    daemon off;
    master_process off;
    pid %1$s/nginx.pid;
    error_log %1$s/error.log;
    events { worker_connections 256; }
    http {
      access_log off;
      client_body_temp_path %1$s/body;
      proxy_temp_path %1$s/proxy;
      fastcgi_temp_path %1$s/fastcgi;
      uwsgi_temp_path %1$s/uwsgi;
      scgi_temp_path %1$s/scgi;
      server {
        listen %2$s:%3$d%4$s;
        %5$s
        location / {
          if (-f %1$s/broken) { return 500 "broken"; }
          return 200 "ok";
        }
      }
    }
    """
        .formatted(directory, address, port, tls.isEmpty() ? "" : " ssl", tls);
  }

  String address() {
    return address;
  }

  void start() {
    Path log = directory.resolve("output.log");
    List<String> command =
        List.of(
            program,
            "-p",
            directory.toString(),
            "-e",
            directory.resolve("error.log").toString(),
            "-c",
            directory.resolve("nginx.conf").toString());
    try {
      process =
          new ProcessBuilder(namespace == null ? command : namespace.command(command))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Awaitility.await("nginx on " + address).atMost(Duration.ofSeconds(20)).until(this::listens);
  }

  private boolean listens() throws IOException {
    if (!running().isAlive()) {
      throw new AssertionError("nginx ended: " + Files.readString(directory.resolve("output.log")));
    }
    if (namespace != null) {
      // It opens its sockets before it writes this file, and they cannot be reached from here.
      return Files.exists(directory.resolve("nginx.pid"));
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  void kill() {
    running().destroyForcibly().onExit().join();
  }

  /// SIGSTOP: connections are still accepted by the kernel, and nothing is ever answered.
  void freeze() {
    Signals.send(running(), "STOP");
  }

  void thaw() {
    Signals.send(running(), "CONT");
  }

  boolean alive() {
    return process != null && process.isAlive();
  }

  /// From now on every answer is a 500, or 200 again.
  void broken(boolean broken) {
    Path mark = directory.resolve("broken");
    try {
      if (broken) {
        Files.writeString(mark, "");
      } else {
        Files.deleteIfExists(mark);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process running() {
    Process present = process;
    if (present == null) {
      throw new IllegalStateException("not started");
    }
    return present;
  }

  @Override
  public void close() {
    if (process != null) {
      kill();
    }
  }
}
