package detour.server.cluster.configuration;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// A configuration as it is shared: a YAML document and the zone files that it names.
///
/// @param name of the document's file, for people
/// @param files by their paths as seen from the document
public record SharedText(String name, String document, Map<String, String> files) {
  public SharedText {
    files = Collections.unmodifiableMap(new TreeMap<>(files));
  }

  /// SHA-256 over the document and the files with their paths, in hexadecimal. What the document's
  /// file is called does not matter.
  public String digest() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    update(digest, document);
    files.forEach((path, text) -> {
      update(digest, path);
      update(digest, text);
    });
    return HexFormat.of().formatHex(digest.digest());
  }

  /// With its length before it, so that no two texts run into each other.
  private static void update(MessageDigest digest, String text) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(octets.length).array());
    digest.update(octets);
  }
}
