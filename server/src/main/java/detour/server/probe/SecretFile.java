package detour.server.probe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/// A secret as it stands in a file: its first line, without blanks around it.
public final class SecretFile {
  private static final int BYTES_MAX = 4096;

  private SecretFile() {}

  /// @throws IOException when the file cannot be read
  public static String read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      String text = new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
      return text.lines().findFirst().orElse("").strip();
    }
  }

  /// The same without making the caller wait. Completes exceptionally, on any thread, when the file
  /// cannot be read.
  public static CompletableFuture<String> readLater(Path file) {
    CompletableFuture<String> reading = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("read-secret")
        .start(() -> {
          try {
            reading.complete(read(file));
          } catch (IOException e) {
            reading.completeExceptionally(e);
          }
        });
    return reading;
  }
}
