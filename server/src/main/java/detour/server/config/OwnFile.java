package detour.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A node's own file as it was when it was last read: what others push is joined with that, and not
/// with what somebody is writing into it meanwhile.
///
/// @param path relative paths in it start beside it
/// @param text in YAML
public record OwnFile(Path path, String text) {
  /// @throws IOException when it cannot be read, or is not UTF-8 text
  public static OwnFile read(Path path) throws IOException {
    return new OwnFile(path, Files.readString(path));
  }
}
