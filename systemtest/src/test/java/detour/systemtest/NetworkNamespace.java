package detour.systemtest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// A network of a test's own, with nothing in it but loopback, which is gone when it is closed.
final class NetworkNamespace implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final String ip;
  private final String name;

  private NetworkNamespace(String ip, String name) {
    this.ip = ip;
    this.name = name;
  }

  /// Makes one. Where that is not allowed the test is skipped; in CI it fails.
  static NetworkNamespace create() {
    Peers.requireRoot("a network namespace");
    String name = "detour-system-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
    NetworkNamespace namespace = new NetworkNamespace(Peers.require("ip"), name);
    Command.Output added = Command.run(List.of(namespace.ip, "netns", "add", name));
    if (added.exitCode() != 0) {
      // As in a container whose root may not.
      Peers.skip("no network namespace can be made here: " + added.all().strip());
    }
    namespace.run("ip", "link", "set", "lo", "up");
    return namespace;
  }

  String name() {
    return name;
  }

  /// The command line that runs a program here, as the process that is started.
  List<String> command(List<String> program) {
    List<String> line = new ArrayList<>(List.of(ip, "netns", "exec", name));
    line.addAll(program);
    return line;
  }

  /// Runs a program here to its end, which must be a good one; returns what it printed.
  String run(String... program) {
    return attempt(program).requireSuccess().out();
  }

  /// Runs a program here to its end.
  Command.Output attempt(String... program) {
    Path here = Path.of("").toAbsolutePath();
    return Command.run(command(List.of(program)), here, Map.of(), LIMIT);
  }

  @Override
  public void close() {
    Command.run(List.of(ip, "netns", "delete", name)).requireSuccess();
  }
}
