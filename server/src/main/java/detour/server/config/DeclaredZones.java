package detour.server.config;

import detour.server.options.Placed;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.Node;

/// Which zones of a configuration come from which zone file, read without all the rest of it: for
/// those who read these files once more.
public final class DeclaredZones {
  private DeclaredZones() {}

  /// Zone names in lower case without the final dot, and their files; without the zones that are
  /// made, and empty when the file or its `zones` cannot be read.
  public static Map<String, Path> files(Path file) {
    Problems problems = new Problems(file.toString());
    Node root = YamlDocument.read(file, problems);
    if (root == null) {
      return Map.of();
    }
    ConfigurationFormat format = ConfigurationFormat.of(List.of());
    BoundValues values =
        new Binder(problems)
            .values(
                Sections.only(root, format.zones().key()::equals),
                List.of(format.zones()),
                "",
                null);
    List<Placed<ZoneDeclaration>> zones = values == null ? null : values.orNull(format.zones());
    Map<String, Path> files = new LinkedHashMap<>();
    for (Placed<ZoneDeclaration> zone :
        zones == null ? List.<Placed<ZoneDeclaration>>of() : zones) {
      if (zone.value() instanceof ZoneDeclaration.FromFile(String name, String zoneFile)) {
        files.put(name, file.resolveSibling(zoneFile));
      }
    }
    return files;
  }
}
