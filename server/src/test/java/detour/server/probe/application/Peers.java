package detour.server.probe.application;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// Real servers that tests probe: finds their programs, runs them, sends them signals.
final class Peers {
  private Peers() {}

  /// The first of these programs that there is. Where there is none, the test is skipped with a
  /// line that says so; in CI it fails.
  static String require(String... candidates) {
    for (String candidate : candidates) {
      if (Files.isExecutable(Path.of(candidate))) {
        return candidate;
      }
    }
    absent(Arrays.toString(candidates));
    throw new IllegalStateException("unreachable: a test without its peer is over");
  }

  /// The same for a file that is no program.
  static void requireFile(String file) {
    if (!Files.isReadable(Path.of(file))) {
      absent(file);
    }
  }

  private static void absent(String what) {
    String line = what + " is missing: a test that needs it cannot run";
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError(line);
    }
    System.out.println("SKIPPED: " + line);
    Assumptions.abort(line);
  }

  /// A new folder that a server may keep its data in.
  ///
  /// @param user whom the server runs as, see [#as]
  static Path folder(String user) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("detour-" + user);
    if (isRoot()) {
      run(List.of("/bin/chown", user + ":", folder.toString()));
    }
    return folder;
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /// The command as another user, as root; otherwise as it is.
  static List<String> as(String user, String... command) {
    List<String> whole = new ArrayList<>();
    if (isRoot()) {
      whole.addAll(
          List.of(
              require("/usr/bin/setpriv"), "--reuid=" + user, "--regid=" + user, "--init-groups"));
    }
    whole.addAll(List.of(command));
    return whole;
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /// Runs a program to its end, which must be a good one.
  static String run(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("output", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .directory(FileSystems.getDefault().getPath("/").toFile())
              .start();
      if (!process.waitFor(120, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command + " does not end");
      }
      String text = Files.readString(output);
      if (process.exitValue() != 0) {
        throw new AssertionError(command + " failed: " + text);
      }
      return text;
    } finally {
      Files.delete(output);
    }
  }

  /// Starts a server whose output goes to a file.
  static Process start(Path log, List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .directory(FileSystems.getDefault().getPath("/").toFile())
        .start();
  }

  /// Stops a process as it is: the kernel goes on accepting connections for it.
  static void freeze(Process process) {
    signal(process, "STOP");
  }

  static void thaw(Process process) {
    signal(process, "CONT");
  }

  private static void signal(Process process, String name) {
    try {
      run(List.of("/bin/kill", "-" + name, Long.toString(process.pid())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static void end(Process process) throws InterruptedException {
    thaw(process);
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
