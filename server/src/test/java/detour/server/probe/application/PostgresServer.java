package detour.server.probe.application;

import detour.server.probe.Certificates;
import detour.server.probe.ScriptedBackend;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/// A real PostgreSQL of its own data: a primary, or a standby that streams from it.
final class PostgresServer implements AutoCloseable {
  private static final String USER = "postgres";

  private final String address;
  private final int port;
  private final Path folder;
  private final Process process;

  private PostgresServer(String address, int port, Path folder, Process process) {
    this.address = address;
    this.port = port;
    this.folder = folder;
    this.process = process;
  }

  /// A primary with a user for each way of logging in: `scram`, `hashed` (MD5), `cleartext`,
  /// `trusted` and `unwanted`.
  ///
  /// @param password of all of them
  static PostgresServer primary(String address, String password, Certificates.Pair certificate)
      throws IOException, InterruptedException {
    String initdb = program("initdb");
    Path folder = Peers.folder(USER);
    Path data = folder.resolve("data");
    Peers.run(
        Peers.as(
            USER, initdb, "-D", data.toString(), "-U", USER, "-A", "trust", "-N", "-E", "UTF8"));
    Files.writeString(data.resolve("pg_hba.conf"), ACCESS);
    certificate.writeAsPem(data.resolve("server.crt"), data.resolve("server.key"));
    owned(data.resolve("server.crt"), data.resolve("server.key"));
    PostgresServer server = start(address, folder, data);
    server.run(
        "SET password_encryption = 'scram-sha-256'",
        "CREATE USER scram PASSWORD '" + password + "'",
        "CREATE USER cleartext PASSWORD '" + password + "'",
        "CREATE USER trusted",
        "CREATE USER unwanted",
        "SET password_encryption = 'md5'; CREATE USER hashed PASSWORD '" + password + "'");
    return server;
  }

  /// Who may log in over TCP, and how; the socket is the test's own way in.
  private static final String ACCESS =
      """
      local all         all                    trust
      local replication all                    trust
      host  all         scram     127.0.0.0/8  scram-sha-256
      host  all         hashed    127.0.0.0/8  md5
      host  all         cleartext 127.0.0.0/8  password
      host  all         trusted   127.0.0.0/8  trust
      host  all         unwanted  127.0.0.0/8  reject
      """;

  PostgresServer standby() throws IOException, InterruptedException {
    Path copied = Peers.folder(USER);
    Path data = copied.resolve("data");
    Peers.run(
        Peers.as(
            USER,
            program("pg_basebackup"),
            "-D",
            data.toString(),
            "-R",
            "-c",
            "fast",
            "-N",
            "-h",
            folder.toString(),
            "-p",
            Integer.toString(port),
            "-U",
            USER));
    return start(address, copied, data);
  }

  private static PostgresServer start(String address, Path folder, Path data)
      throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = ScriptedBackend.listener(address)) {
      port = free.getLocalPort();
    }
    List<String> command =
        Peers.as(
            USER,
            program("postgres"),
            "-D",
            data.toString(),
            "-p",
            Integer.toString(port),
            "-k",
            folder.toString(),
            "-c",
            "listen_addresses=" + address,
            "-c",
            "fsync=off",
            "-c",
            "ssl=on",
            "-c",
            "log_line_prefix=%d: ",
            "-c",
            "log_disconnections=on");
    Process process = Peers.start(folder.resolve("log"), command);
    PostgresServer server = new PostgresServer(address, port, folder, process);
    Awaitility.await("PostgreSQL on " + address + ":" + port)
        .atMost(Duration.ofSeconds(60))
        .until(server::isReady);
    return server;
  }

  private boolean isReady() throws IOException, InterruptedException {
    if (!process.isAlive()) {
      throw new AssertionError("PostgreSQL ended: " + log());
    }
    if (!Files.exists(folder.resolve(".s.PGSQL." + port))) {
      return false;
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port));
    } catch (IOException e) {
      return false;
    }
    return log().contains("ready to accept");
  }

  /// Statements one by one, as the superuser.
  String run(String... statements) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            program("psql"),
            "-X",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            folder.toString(),
            "-p",
            Integer.toString(port),
            "-U",
            USER,
            "-d",
            "postgres"));
    for (String statement : statements) {
      command.add("-c");
      command.add(statement);
    }
    return Peers.run(Peers.as(USER, command.toArray(String[]::new)));
  }

  private static void owned(Path... files) throws IOException, InterruptedException {
    for (Path file : files) {
      Peers.run(List.of("/bin/chmod", "600", file.toString()));
      if ("root".equals(System.getProperty("user.name"))) {
        Peers.run(List.of("/bin/chown", USER + ":", file.toString()));
      }
    }
  }

  private static String program(String name) {
    return Peers.require(
        "/usr/lib/postgresql/15/bin/" + name,
        "/usr/lib/postgresql/16/bin/" + name,
        "/usr/lib/postgresql/17/bin/" + name);
  }

  int port() {
    return port;
  }

  Process process() {
    return process;
  }

  String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  @Override
  public void close() throws IOException {
    try {
      Peers.thaw(process);
      Peers.run(List.of("/bin/kill", "-QUIT", Long.toString(process.pid())));
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Peers.delete(folder);
  }
}
