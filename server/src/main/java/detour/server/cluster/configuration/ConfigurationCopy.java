package detour.server.cluster.configuration;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// The configuration that a node runs, kept on its disk, so that it can start when the store cannot
/// be reached.
///
/// @param file replaced whole or not at all
public record ConfigurationCopy(Path file) {
  private static final String NAME = "configuration.json";

  /// What is kept.
  public record Kept(Revision revision, SharedText text) {}

  /// @param dataDir the node's folder, which exists
  public static ConfigurationCopy in(Path dataDir) {
    return new ConfigurationCopy(dataDir.resolve(NAME));
  }

  /// What was kept last; null when nothing was.
  ///
  /// @throws UnreadableConfiguration when the file was damaged
  public @Nullable Kept read() throws UnreadableConfiguration {
    try {
      ConfigurationRecords.Whole whole = ConfigurationRecords.whole(Files.readAllBytes(file));
      return new Kept(whole.revision(), whole.text());
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new UnreadableConfiguration("it cannot be read: " + e.getMessage());
    }
  }

  /// Keeps it; it is on the disk when this returns.
  public void write(Revision revision, SharedText text) throws IOException {
    Path beside = file.resolveSibling(NAME + ".new");
    byte[] bytes = ConfigurationRecords.whole(new ConfigurationRecords.Whole(revision, text));
    try (FileChannel out =
        FileChannel.open(
            beside,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        int _ = out.write(left);
      }
      out.force(true);
    }
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    // Without this a crash may bring the former name back.
    try (FileChannel folder =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }
}
