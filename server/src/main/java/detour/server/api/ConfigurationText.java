package detour.server.api;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// A configuration as the nodes of a cluster share it: a YAML document and the zone files that it
/// names.
///
/// @param name of the document's file, without its folder
/// @param document in YAML, without the sections that are each node's own
/// @param files by their paths as seen from the document
public record ConfigurationText(String name, String document, Map<String, String> files) {
  public ConfigurationText {
    files = Collections.unmodifiableMap(new TreeMap<>(files));
  }
}
