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
      public Path identity(Path file) throws FileException {
        Path path = file.normalize();
        if (!files.containsKey(path.toString())) {
          throw new FileException("is not among the files that were pushed");
        }
        return path;
      }

      @Override
      public byte[] load(Path identity, int mostBytes) {
        return files.getOrDefault(identity.toString(), "").getBytes(StandardCharsets.UTF_8);
      }
    };
  }
}
