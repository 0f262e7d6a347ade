package detour.server.listen;

import detour.server.files.FollowedFiles;
import java.nio.file.Path;
import java.util.List;

/// The files of the certificate that DNS over TLS shows.
///
/// @param certificate the server's own, and those that lead to its authority, in PEM
/// @param key PKCS #8 in PEM, not encrypted
public record TlsFiles(Path certificate, Path key) {

  /// Equal for equal files, see [FollowedFiles#version].
  List<Object> version() {
    return FollowedFiles.version(certificate, key);
  }
}
