package detour.server.config;

import detour.server.config.ZoneFileReader.FileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where zone files are read from.
interface ZoneFiles {
  /// Those on this machine's disk.
  ZoneFiles DISK =
      new ZoneFiles() {
        @Override
        public Path identity(Path file) throws IOException {
          return file.toRealPath();
        }

        @Override
        public byte[] load(Path identity, int mostBytes) throws IOException, FileException {
          if (!Files.isRegularFile(identity)) {
            throw new FileException("is no regular file");
          }
          try (InputStream in = Files.newInputStream(identity)) {
            return in.readNBytes(mostBytes);
          }
        }
      };

  /// One path for each file, whatever it is called by.
  Path identity(Path file) throws IOException, FileException;

  /// The file's contents.
  ///
  /// @param identity by [#identity]
  /// @param mostBytes no more than these need be read
  byte[] load(Path identity, int mostBytes) throws IOException, FileException;
}
