package detour.server.probe.application;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A password. Equal ones are equal, so that a change of it is a change of the check; its text says
/// nothing, not even a digest, from which a weak one could be guessed.
record Secret(String text) {
  private static final int BYTES_MAX = 4096;

  /// The first line of a file, without its line break.
  ///
  /// @throws IllegalArgumentException when the file cannot be read, is empty or too long
  static Secret ofFile(String path) {
    Path file = Path.of(path);
    if (!file.isAbsolute()) {
      throw new IllegalArgumentException("the path must be absolute");
    }
    byte[] octets;
    try (InputStream in = Files.newInputStream(file)) {
      octets = in.readNBytes(BYTES_MAX + 1);
    } catch (IOException e) {
      throw new IllegalArgumentException("the file does not exist or cannot be read", e);
    }
    if (octets.length > BYTES_MAX) {
      throw new IllegalArgumentException("the file is longer than " + BYTES_MAX + " bytes");
    }
    String line = new String(octets, StandardCharsets.UTF_8).lines().findFirst().orElse("");
    if (line.isEmpty()) {
      throw new IllegalArgumentException("the file's first line is empty");
    }
    return new Secret(line);
  }

  byte[] octets() {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "(not shown)";
  }
}
