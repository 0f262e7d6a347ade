package detour.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// What one test plays on: a directory, loopback addresses and a port that nobody else uses, and
/// the processes started there. It ends them all, and shows the servers' logs when a test failed.
///
/// Register it with `@RegisterExtension`: as a static field it lasts for the class, as an instance
/// field for each test.
final class Stage implements AfterTestExecutionCallback, AfterEachCallback, AfterAllCallback {
  // Several runs may share a machine, so the networks start somewhere in 127.16.0.0 to
  // 127.247.255.0.
  private static final AtomicInteger NEXT_NETWORK =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(16 << 8, 248 << 8));

  private static final int NETWORKS = 2;
  private static final int HOSTS = 254;

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final List<Supplier<String>> logs = new ArrayList<>();
  private final Path directory;
  private final int network = NEXT_NETWORK.getAndAdd(NETWORKS);
  private final int port = Ports.free();
  private final boolean forClass;

  private Stage(boolean forClass) {
    this.forClass = forClass;
    try {
      directory = Files.createTempDirectory("detour-system");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stage forEachTest() {
    return new Stage(false);
  }

  static Stage forClass() {
    return new Stage(true);
  }

  Path directory() {
    return directory;
  }

  /// A loopback address that belongs to this stage.
  ///
  /// @param host 1 to 508
  String address(int host) {
    int net = network + (host - 1) / HOSTS;
    return "127.%d.%d.%d".formatted(net >> 8, net & 255, 1 + (host - 1) % HOSTS);
  }

  /// The port that this stage's backends listen on.
  int port() {
    return port;
  }

  /// Writes a file into the stage's directory, where the configuration lies too.
  Path file(String name, String content) {
    try {
      return Files.writeString(directory.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A server that is started, ready, and answers.
  ///
  /// @param configuration everything but `node` and `listen`
  DetourServer server(String configuration) {
    DetourServer server = unstartedServer(configuration);
    server.start();
    return server;
  }

  DetourServer unstartedServer(String configuration) {
    DetourServer server = new DetourServer(directory, configuration);
    showing(server::log);
    return closing(server);
  }

  /// A backend that does as it is told, on the stage's port.
  ScriptedBackend backend(int host) {
    return closing(new ScriptedBackend(address(host), port));
  }

  /// An nginx of its own, started, on the stage's port.
  Nginx nginx(int host) {
    Nginx nginx = closing(Nginx.http(directory, address(host), port));
    nginx.start();
    return nginx;
  }

  <T extends AutoCloseable> T closing(T resource) {
    opened.push(resource);
    return resource;
  }

  /// Shows this log too when a test failed.
  void showing(Supplier<String> log) {
    logs.add(log);
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      for (Supplier<String> log : logs) {
        System.err.printf(
            "%n--- log of the server in %s, %s ---%n%s%n",
            context.getRequiredTestClass().getSimpleName(), context.getDisplayName(), log.get());
      }
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    if (!forClass) {
      close();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    if (forClass) {
      close();
    }
  }

  private void close() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
