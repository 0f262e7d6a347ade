package detour.systemtest;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A file system of a given size, mounted on a folder: it can be filled to the last octet.
final class SmallDisk implements AutoCloseable {
  private static final int BLOCK_OCTETS = 4_096;

  private final Path folder;
  private final Path filling;

  /// @param folder is made
  SmallDisk(Path folder, int megabytes) {
    Peers.requireRoot("a file system of its own");
    this.folder = folder;
    filling = folder.resolve("filling");
    try {
      Files.createDirectory(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String size = "size=" + megabytes + "m";
    Command.run(List.of("mount", "-t", "tmpfs", "-o", size, "tmpfs", folder.toString()))
        .requireSuccess();
  }

  /// Leaves no room for anybody else.
  void fill() {
    byte[] block = new byte[BLOCK_OCTETS];
    try (OutputStream out = Files.newOutputStream(filling)) {
      // The file system bounds it.
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// Gives back what [#fill] took.
  void empty() {
    try {
      Files.deleteIfExists(filling);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    Command.run(List.of("umount", folder.toString())).requireSuccess();
  }
}
