package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ExamplesTest {
  @TempDir Path folder;

  static List<Path> examples() throws IOException {
    try (Stream<Path> files = Files.walk(GoldenFile.root().resolve("examples"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void shouldLoadWithoutProblemOrWarning(Path example) {
    assertLoads(example);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void shouldSayFirstWhatItShows(Path example) throws IOException {
    assertThat(Files.readString(example)).startsWith("# ");
  }

  @Test
  void shouldLoadWhatTheTemplateWrites() throws IOException {
    Path target = folder.resolve("new");
    assertThat(ConfigurationTemplate.write(target))
        .containsExactly(target.resolve("detour.yaml"), target.resolve("example.com.zone"));
    assertLoads(target.resolve("detour.yaml"));
  }

  @Test
  void shouldNotOverwriteWithTheTemplate() throws IOException {
    Path zone = folder.resolve("example.com.zone");
    Files.writeString(zone, "mine");
    assertThatThrownBy(() -> ConfigurationTemplate.write(folder))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("example.com.zone");
    assertThat(zone).hasContent("mine");
    assertThat(folder.resolve("detour.yaml")).doesNotExist();
  }

  private static void assertLoads(Path file) {
    ConfigurationReader.Result result = ConfigurationReader.read(file, PublishedKinds.ALL);
    assertThat(result.warnings()).isEmpty();
    assertThat(result).isInstanceOf(ConfigurationReader.Result.Valid.class);
  }
}
