package detour.systemtest.differential;

import detour.dns.wire.Name;
import detour.dns.zone.ZoneBuilder;
import detour.dns.zone.ZoneException;
import detour.server.config.ZoneFileReader;
import detour.systemtest.DetourServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// This project's packaged server, with zones, and set up to answer as plainly as the others. Its
/// limits are the defaults: clients on loopback meet none.
final class Detour implements AutoCloseable {
  private final DetourServer server;
  private final Conversation conversation;

  private Detour(DetourServer server) {
    this.server = server;
    conversation =
        new Conversation(
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), server.dnsPort()));
  }

  /// Starts it, and returns once it answers.
  static Detour serving(Path parent, List<ServedZone> zones) throws IOException {
    Path folder = Files.createTempDirectory(parent, "detour");
    StringBuilder configuration = new StringBuilder("zones:\n");
    for (ServedZone zone : zones) {
      Files.writeString(folder.resolve(zone.file()), zone.text());
      configuration.append(
          "  - { name: \"%s\", file: \"%s\" }\n".formatted(zone.origin(), zone.file()));
    }
    DetourServer server = new DetourServer(folder, "");
    server.node("nsid: differential, version: differential, cookies: off");
    server.configure(configuration.toString());
    try {
      server.start();
    } catch (RuntimeException | Error e) {
      server.close();
      throw e;
    }
    return new Detour(server);
  }

  /// Whether the zone is one that may be served.
  static boolean accepts(Path folder, ServedZone zone) throws IOException {
    Path file = Files.writeString(folder.resolve(zone.file()), zone.text());
    ZoneBuilder builder = new ZoneBuilder(Name.parse(zone.origin()));
    try {
      var outcome = ZoneFileReader.read(file, Name.parse(zone.origin()), builder::add);
      builder.build();
      return outcome.problems().isEmpty();
    } catch (ZoneException e) {
      return false;
    }
  }

  Conversation conversation() {
    return conversation;
  }

  /// Fails with its log when it has ended.
  void requireAlive() {
    if (!server.alive()) {
      throw new AssertionError("the server has ended\n" + server.log());
    }
  }

  @Override
  public void close() {
    conversation.close();
    server.close();
  }
}
