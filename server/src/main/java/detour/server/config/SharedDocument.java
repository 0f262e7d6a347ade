package detour.server.config;

import detour.server.config.ZoneFileReader.FileException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// The part of a configuration that the nodes of a cluster share, as text: the YAML document
/// without the sections that are each node's own, and the zone files that it names.
///
/// @param name of the YAML file, without its folder: problems are told by it
/// @param document in YAML
/// @param files the zone files and what they include, by their paths as seen from the document
public record SharedDocument(String name, String document, Map<String, String> files) {
  public SharedDocument {
    files = Collections.unmodifiableMap(new TreeMap<>(files));
  }

  /// The zone files that are carried along; there are no others.
  ZoneFiles zoneFiles() {
    return new ZoneFiles() {
      @Override
      public Path identity(Path file) {
        return file.normalize();
      }

      @Override
      public byte[] load(Path identity, int mostBytes) throws FileException {
        String text = files.get(identity.toString());
        if (text == null) {
          throw new FileException("it is not among the files that were pushed");
        }
        return text.getBytes(StandardCharsets.UTF_8);
      }
    };
  }
}
