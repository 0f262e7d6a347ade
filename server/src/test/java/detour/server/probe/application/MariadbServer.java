package detour.server.probe.application;

import detour.server.probe.Certificates;
import detour.server.probe.ScriptedBackend;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/// A real MariaDB of its own data, with the users `hashed`, `open` (no password) and `local` (let
/// in through the socket alone).
final class MariadbServer implements AutoCloseable {
  private static final String USER = "mysql";

  private final int port;
  private final Path folder;
  private final Process process;

  private MariadbServer(int port, Path folder, Process process) {
    this.port = port;
    this.folder = folder;
    this.process = process;
  }

  /// @param password of the user `hashed`
  static MariadbServer start(String address, String password, Certificates.Pair certificate)
      throws IOException, InterruptedException {
    String install = Peers.require("/usr/bin/mariadb-install-db");
    String server = Peers.require("/usr/sbin/mariadbd");
    Path folder = Peers.folder(USER);
    Path data = folder.resolve("data");
    Peers.run(
        Peers.as(
            USER,
            install,
            "--no-defaults",
            "--datadir=" + data,
            "--auth-root-authentication-method=normal",
            "--skip-test-db"));
    certificate.writeAsPem(folder.resolve("server.crt"), folder.resolve("server.key"));
    Peers.run(List.of("/bin/chmod", "644", folder.resolve("server.key").toString()));
    int port;
    try (ServerSocket free = ScriptedBackend.listener(address)) {
      port = free.getLocalPort();
    }
    Process process =
        Peers.start(
            folder.resolve("log"),
            Peers.as(
                USER,
                server,
                "--no-defaults",
                "--datadir=" + data,
                "--socket=" + folder.resolve("socket"),
                "--pid-file=" + folder.resolve("pid"),
                "--bind-address=" + address,
                "--port=" + port,
                "--skip-name-resolve",
                "--innodb-flush-log-at-trx-commit=0",
                "--innodb-buffer-pool-size=16M",
                "--plugin-load-add=auth_socket",
                "--ssl-cert=" + folder.resolve("server.crt"),
                "--ssl-key=" + folder.resolve("server.key")));
    MariadbServer started = new MariadbServer(port, folder, process);
    Awaitility.await("MariaDB on " + address + ":" + port)
        .atMost(Duration.ofSeconds(60))
        .until(started::isReady);
    started.run("CREATE USER hashed IDENTIFIED BY '" + password + "'");
    started.run("CREATE USER open; CREATE USER local IDENTIFIED VIA unix_socket");
    return started;
  }

  private boolean isReady() throws IOException {
    if (!process.isAlive()) {
      throw new AssertionError("MariaDB ended: " + Files.readString(folder.resolve("log")));
    }
    return Files.readString(folder.resolve("log")).contains("ready for connections");
  }

  /// Statements as the superuser; their answers, columns apart by tabs.
  String run(String statements) throws IOException, InterruptedException {
    return Peers.run(
        List.of(
            Peers.require("/usr/bin/mariadb"),
            "--no-defaults",
            "-N",
            "-u",
            "root",
            "-S",
            folder.resolve("socket").toString(),
            "-e",
            statements));
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
