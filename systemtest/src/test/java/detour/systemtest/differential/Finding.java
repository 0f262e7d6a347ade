package detour.systemtest.differential;

import detour.systemtest.differential.NormalForm.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A question about a scene to which this server answers like none of the others.
///
/// @param name relative to the scene's origin, with a dot behind it; empty for the origin
record Finding(RandomScene scene, String name, int type, List<Part> parts, Exchange exchange) {
  private static final int MOST_ROUNDS = 20;

  /// Takes records away for as long as each of the disagreements stands; all of them at once, as
  /// every round costs a start of the servers.
  static List<Finding> shrink(Path folder, List<Finding> findings) throws IOException {
    List<Finding> present = findings;
    for (int i = 0; i < MOST_ROUNDS; i++) {
      List<Finding> next = round(folder, present);
      if (next.equals(present)) {
        return present;
      }
      present = next;
    }
    return present;
  }

  private static List<Finding> round(Path folder, List<Finding> findings) throws IOException {
    List<Integer> origins = new ArrayList<>();
    List<RandomScene> candidates = new ArrayList<>();
    List<ServedZone> zones = new ArrayList<>();
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < findings.size(); i++) {
      Finding finding = findings.get(i);
      for (RandomScene smaller : finding.scene.smaller()) {
        if (SceneRules.accept(folder, smaller)) {
          String origin = "s" + candidates.size() + ".test.";
          zones.addAll(smaller.at(origin));
          questions.add(Question.plain(finding.name + origin, finding.type));
          origins.add(i);
          candidates.add(smaller);
        }
      }
    }
    List<Finding> next = new ArrayList<>(findings);
    if (zones.isEmpty()) {
      return next;
    }
    try (FourServers servers = FourServers.serving(folder, zones)) {
      List<Exchange> exchanges = servers.ask(questions);
      for (int i = 0; i < candidates.size(); i++) {
        Finding old = findings.get(origins.get(i));
        List<Part> parts = KnownDifference.unexplained(exchanges.get(i));
        if (parts.equals(old.parts)) {
          next.set(
              origins.get(i),
              new Finding(candidates.get(i), old.name, old.type, parts, exchanges.get(i)));
        }
      }
    }
    return next;
  }

  @Override
  public String toString() {
    return "alone in %s%n%s%n%s".formatted(parts, scene.text(), exchange);
  }
}
