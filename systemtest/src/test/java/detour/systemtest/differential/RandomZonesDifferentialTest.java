package detour.systemtest.differential;

import static org.assertj.core.api.Assertions.assertThat;

import detour.systemtest.differential.NormalForm.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random zones over a tiny alphabet, asked at random: this server agrees with one of the others at
/// least, and with all of them where they agree.
///
/// A disagreement is shrunk to the fewest records that still show it. Another seed:
/// `-Ddetour.differential.seed=N`.
class RandomZonesDifferentialTest {
  private static final long SEED = Long.getLong("detour.differential.seed", 20_261_122);
  private static final int SCENES = Integer.getInteger("detour.differential.scenes", 300);
  private static final int QUESTIONS = 60;
  private static final int MOST_SHRUNK = 6;

  @TempDir private Path folder;

  @Test
  void shouldAgreeOnRandomZones() throws IOException {
    Random random = new Random(SEED);
    List<RandomScene> scenes = new ArrayList<>();
    while (scenes.size() < SCENES) {
      RandomScene scene = RandomScene.of(random);
      if (SceneRules.accept(folder, scene)) {
        scenes.add(scene);
      }
    }
    List<String> names = new ArrayList<>();
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < SCENES * QUESTIONS; i++) {
      names.add(RandomScene.queryName(random));
      questions.add(
          Question.plain(names.get(i) + origin(i / QUESTIONS), RandomScene.queryType(random)));
    }

    List<Finding> findings = new ArrayList<>();
    Map<String, Integer> kinds = new TreeMap<>();
    try (FourServers servers = FourServers.serving(folder, zones(scenes))) {
      List<Exchange> exchanges = servers.ask(questions);
      for (int i = 0; i < exchanges.size(); i++) {
        List<Part> parts = KnownDifference.unexplained(exchanges.get(i));
        if (!parts.isEmpty() && kinds.merge(parts.toString(), 1, Integer::sum) <= MOST_SHRUNK) {
          int type = questions.get(i).type();
          RandomScene scene = scenes.get(i / QUESTIONS);
          findings.add(new Finding(scene, names.get(i), type, parts, exchanges.get(i)));
        }
      }
    }
    assertThat(Finding.shrink(folder, findings)).as("%s, seed %d", kinds, SEED).isEmpty();
  }

  private static List<ServedZone> zones(List<RandomScene> scenes) {
    List<ServedZone> zones = new ArrayList<>();
    for (int i = 0; i < scenes.size(); i++) {
      zones.addAll(scenes.get(i).at(origin(i)));
    }
    return zones;
  }

  private static String origin(int scene) {
    return "z" + scene + ".test.";
  }
}
