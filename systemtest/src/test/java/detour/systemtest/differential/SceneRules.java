package detour.systemtest.differential;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which scenes all four servers load. What one of them refuses to load cannot be compared.
final class SceneRules {
  private SceneRules() {}

  static boolean accept(Path folder, RandomScene scene) throws IOException {
    for (ServedZone zone : scene.at("scene.")) {
      if (!sound(zone) || !Detour.accepts(folder, zone)) {
        return false;
      }
    }
    return scene.child().isEmpty() || scene.records().stream().noneMatch(SceneRules::overlaps);
  }

  /// NSD takes a DNAME that a parent holds below a cut for the child's own.
  private static boolean overlaps(String record) {
    return record.contains(" DNAME ")
        && (record.startsWith("a ") || record.split(" ", 2)[0].endsWith(".a"));
  }

  private static boolean sound(ServedZone zone) {
    Set<String> owners = new HashSet<>();
    List<String> redirected = new ArrayList<>();
    List<String> delegated = new ArrayList<>();
    Set<String> withDs = new HashSet<>();
    for (String record : zone.records()) {
      String[] fields = record.split(" ", -1);
      String owner = fields[0].equals("@") ? "" : fields[0];
      owners.add(owner);
      switch (fields[3]) {
        case "DNAME" -> redirected.add(owner);
        case "NS" -> {
          if (!owner.isEmpty()) {
            delegated.add(owner);
          }
        }
        case "DS" -> withDs.add(owner);
        default -> {}
      }
    }
    // Knot and NSD load no zone with records below a DNAME; a DS belongs to a delegation.
    for (String owner : owners) {
      for (String above : redirected) {
        if (above.isEmpty() ? !owner.isEmpty() : owner.endsWith("." + above)) {
          return false;
        }
      }
    }
    return delegated.containsAll(withDs);
  }
}
