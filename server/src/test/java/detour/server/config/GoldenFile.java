package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A checked-in file that a generator must reproduce; `-Ddetour.regenerate=true` writes it anew.
public final class GoldenFile {
  private GoldenFile() {}

  /// @param path from the root of the repository
  public static void check(String path, String generated) throws IOException {
    Path file = root().resolve(path);
    if (Boolean.getBoolean("detour.regenerate")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, generated);
    }
    assertThat(Files.readString(file))
        .as(path + "; regenerate it with -Ddetour.regenerate=true")
        .isEqualTo(generated);
  }

  /// The repository's root, from wherever below it the tests run.
  public static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.isDirectory(folder.resolve("examples"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException("no folder above has examples/");
    }
    return folder;
  }
}
