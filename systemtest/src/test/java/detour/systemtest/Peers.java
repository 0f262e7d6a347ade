package detour.systemtest;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/// Programs of others that tests need: dig, kdig, dnsdist, nginx.
public final class Peers {
  /// Where daemons are, which is not on everybody's PATH.
  private static final List<String> ALSO = List.of("/usr/sbin", "/usr/local/sbin", "/sbin");

  private Peers() {}

  /// The program's path. Where it is absent, the test is skipped with a line that says so; under
  /// `CI=true` it fails, so that nothing is left out unseen.
  public static String require(String program) {
    Optional<Path> found = find(program);
    if (found.isPresent()) {
      return found.get().toString();
    }
    skip(program + " is not installed: a test that needs it cannot run");
    throw new IllegalStateException("unreachable: abort and fail throw");
  }

  /// Skips a test that needs root where the tests are run by somebody else; under `CI=true` it
  /// fails.
  ///
  /// @param what that only root may do
  static void requireRoot(String what) {
    if (!"root".equals(System.getProperty("user.name"))) {
      skip("not root: a test that needs " + what + " cannot run");
    }
  }

  /// Skips a test; under `CI=true` it fails. Never returns.
  static void skip(String line) {
    if ("true".equals(System.getenv("CI"))) {
      Assertions.fail(line);
    }
    System.out.println("SKIPPED: " + line);
    Assumptions.abort(line);
  }

  private static Optional<Path> find(String program) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.concat(Arrays.stream(path.split(File.pathSeparator, -1)), ALSO.stream())
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
