package detour.systemtest.differential;

import static org.awaitility.Awaitility.await;

import detour.systemtest.Daemon;
import detour.systemtest.DetourServer;
import detour.systemtest.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/// One of the other servers, with zones.
final class RunningPeer implements AutoCloseable {
  private final PeerKind kind;
  private final Daemon daemon;
  private final Conversation conversation;

  private RunningPeer(PeerKind kind, Daemon daemon, Conversation conversation) {
    this.kind = kind;
    this.daemon = daemon;
    this.conversation = conversation;
  }

  /// Starts it; [#awaitReady] tells when it answers.
  static RunningPeer start(PeerKind kind, Path parent, List<ServedZone> zones) throws IOException {
    String program = kind.require();
    Path folder = Files.createTempDirectory(parent, "peer");
    for (ServedZone zone : zones) {
      Files.writeString(folder.resolve(zone.file()), zone.text());
    }
    int port = Ports.free();
    Daemon daemon =
        new Daemon(kind.command(program, folder, port, zones), folder.resolve("output.log"));
    daemon.start();
    InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(kind.address), port);
    return new RunningPeer(kind, daemon, new Conversation(address));
  }

  PeerKind kind() {
    return kind;
  }

  Conversation conversation() {
    return conversation;
  }

  /// Waits until it answers for every zone: one that it did not load ends the test.
  void awaitReady(List<ServedZone> zones) {
    for (ServedZone zone : zones) {
      await()
          .atMost(DetourServer.PATIENCE)
          .pollInterval(Duration.ofMillis(20))
          .untilAsserted(() -> {
            if (!conversation.hears(zone)) {
              throw new AssertionError(
                  kind + " does not serve\n" + zone.text() + complaints(zone) + "\n" + end());
            }
          });
    }
  }

  private String complaints(ServedZone zone) {
    String shortly = zone.origin().substring(0, zone.origin().length() - 1);
    return daemon
        .log()
        .lines()
        .filter(line -> line.contains(shortly))
        .collect(Collectors.joining("\n"));
  }

  private String end() {
    return daemon.alive() ? "" : "It has ended:\n" + daemon.log();
  }

  @Override
  public void close() {
    conversation.close();
    if (daemon.alive()) {
      daemon.stop();
    }
  }
}
