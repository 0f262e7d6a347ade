package detour.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A commented configuration and zone file to start from.
public final class ConfigurationTemplate {
  /// The configuration first.
  private static final List<String> FILES = List.of("detour.yaml", "example.com.zone");

  private ConfigurationTemplate() {}

  /// Writes the files into a folder, which is made when it is missing.
  ///
  /// @return what was written, the configuration first
  /// @throws FileAlreadyExistsException when one of the files is there already; nothing is written
  /// @throws IOException when the folder cannot be written to
  public static List<Path> write(Path folder) throws IOException {
    return write(folder, false);
  }

  /// As [#write(Path)], but replaces files that are there when `overwrite` says so.
  public static List<Path> write(Path folder, boolean overwrite) throws IOException {
    for (String file : FILES) {
      if (overwrite) {
        Files.deleteIfExists(folder.resolve(file));
      } else if (Files.exists(folder.resolve(file))) {
        throw new FileAlreadyExistsException(folder.resolve(file).toString());
      }
    }
    Files.createDirectories(folder);
    List<Path> written = new ArrayList<>();
    for (String file : FILES) {
      Path target = folder.resolve(file);
      try (InputStream in = ConfigurationTemplate.class.getResourceAsStream("template/" + file)) {
        if (in == null) {
          throw new IOException("the template " + file + " is missing from the application");
        }
        // Fails where the file has come into being meanwhile: nothing is ever overwritten.
        Files.copy(in, target);
      }
      written.add(target);
    }
    return written;
  }
}
