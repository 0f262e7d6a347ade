package detour.server.probe;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// A server program of Debian's that runs for the length of a test.
public final class RealPeer implements AutoCloseable {
  private static final long STOP_SECONDS = 10;

  private final Process process;
  private final Path output;

  private RealPeer(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /// The program's path. Where it is absent, the test is skipped with a line that says so; in CI it
  /// fails.
  public static String require(String program) {
    for (String folder : List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin")) {
      Path path = Path.of(folder, program);
      if (Files.isExecutable(path)) {
        return path.toString();
      }
    }
    skip(program + " is not installed: a test that needs it cannot run");
    throw new IllegalStateException("unreachable: skipping throws");
  }

  /// Skips the test with a line that says why; in CI it fails.
  public static void skip(String why) {
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError(why);
    }
    System.out.println("SKIPPED: " + why);
    Assumptions.abort(why);
  }

  /// @param folder for what it prints
  public static RealPeer start(Path folder, String... command) throws IOException {
    Path output = Files.createTempFile(folder, "output", ".log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new RealPeer(process, output);
  }

  /// Runs a program to its end, which must be a good one.
  ///
  /// @return what it printed
  public static String run(String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("output", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      String printed = Files.readString(output);
      if (!ended || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(String.join(" ", command) + " failed: " + printed);
      }
      return printed;
    } finally {
      Files.deleteIfExists(output);
    }
  }

  public ProcessHandle handle() {
    return process.toHandle();
  }

  /// What it printed, for a failure's text.
  public String printed() throws IOException {
    return Files.readString(output);
  }

  /// Stops it from answering, as a hang does, or lets it go on. When this returns, no thread of it
  /// runs any more: the kernel stops one after the other.
  public void suspend(boolean suspended) throws IOException, InterruptedException {
    run("/bin/kill", suspended ? "-STOP" : "-CONT", Long.toString(process.pid()));
    await().until(() -> !suspended || allThreadsAreStopped());
  }

  private boolean allThreadsAreStopped() throws IOException {
    try (Stream<Path> threads =
        Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
      for (Path thread : threads.toList()) {
        String state = Files.readString(thread.resolve("stat"));
        if (!state.substring(state.lastIndexOf(')')).startsWith(") T")) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public void close() {
    try {
      process.destroy();
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
