package detour.server.listen;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/// The files of the certificate that DNS over TLS shows.
///
/// @param certificate the server's own, and those that lead to its authority, in PEM
/// @param key PKCS #8 in PEM, not encrypted
public record TlsFiles(Path certificate, Path key) {

  /// Which version of the files this is, as far as the file system tells: equal for equal ones. One
  /// that cannot be seen is a version too.
  List<Object> version() {
    return List.of(version(certificate), version(key));
  }

  private static List<Object> version(Path file) {
    try {
      // Follows symbolic links, by which many tools put a new certificate in place.
      BasicFileAttributes seen = Files.readAttributes(file, BasicFileAttributes.class);
      return List.of(seen.size(), seen.lastModifiedTime(), String.valueOf(seen.fileKey()));
    } catch (IOException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }
}
