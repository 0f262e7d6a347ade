package detour.systemtest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What `mvn package` made of the server: the directory that is shipped.
public final class PackagedBuild {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private PackagedBuild() {}

  static Path program() {
    Path program = repository().resolve("server/target/dist/bin/detour");
    if (!Files.isExecutable(program)) {
      throw new AssertionError(
          program
              + " is missing. These tests need the packaged server: run `mvn verify`, or"
              + " `mvn -pl server -am package -DskipTests` first");
    }
    return program;
  }

  /// The JDK that runs the tests runs the server.
  static Map<String, String> environment() {
    return Map.of("JAVA_HOME", System.getProperty("java.home"));
  }

  static Command.Output run(Path directory, String... arguments) {
    List<String> line = new ArrayList<>(List.of(program().toString()));
    line.addAll(List.of(arguments));
    return Command.run(line, directory, environment(), LIMIT);
  }

  /// Found from the working directory, which is this module's under Maven and often the
  /// repository's elsewhere.
  public static Path repository() {
    Path here = Path.of("").toAbsolutePath();
    return here.endsWith("systemtest") ? here.resolveSibling("") : here;
  }
}
