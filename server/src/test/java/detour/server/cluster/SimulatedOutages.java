package detour.server.cluster;

import static detour.server.cluster.SimulatedCluster.SECOND;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/// What the nodes of a simulated cluster probe: endpoints that die, paths that break, and nodes
/// that see nothing any more.
final class SimulatedOutages {
  /// Of so many probes one is lost.
  private static final int LOST_IN = 200;

  private final SimulatedCluster cluster;
  private final SplittableRandom chance;
  private final SplittableRandom probing;
  private final List<String> targets;

  /// How many outages each has at this moment.
  private final Map<String, Integer> dead = new HashMap<>();

  private final Map<String, Integer> blind = new HashMap<>();

  /// Paths from a node to a target that are broken, as `node target`.
  private final Set<String> brokenPaths = new HashSet<>();

  SimulatedOutages(SimulatedCluster cluster, SplittableRandom chance) {
    this.cluster = cluster;
    this.chance = chance;
    probing = chance.split();
    targets = cluster.world().targets();
  }

  void begin() {
    next();
  }

  /// Everything can be seen by everyone.
  void heal() {
    dead.clear();
    blind.clear();
    brokenPaths.clear();
  }

  /// Probes everything once a second: most of it at once, the rest at some moment of that second.
  void probe(SimulatedNode node) {
    cluster.in(probing.nextLong(SECOND), () -> round(node));
  }

  private void round(SimulatedNode node) {
    if (node.works()) {
      List<String> rest = new ArrayList<>();
      List<String> first = new ArrayList<>(SimulatedWorld.CANARIES);
      targets.forEach(target -> (probing.nextInt(4) == 0 ? rest : first).add(target));
      observe(node, first);
      cluster.in(probing.nextLong(SECOND), () -> observe(node, rest));
    }
    cluster.in(SECOND + probing.nextLong(SECOND / 10), () -> round(node));
  }

  private void observe(SimulatedNode node, List<String> which) {
    if (!node.works()) {
      return;
    }
    Map<String, Boolean> results = new LinkedHashMap<>();
    for (String target : which) {
      boolean lost =
          cluster.phase() == SimulatedCluster.Phase.FAULTS && probing.nextInt(LOST_IN) == 0;
      results.put(target, !lost && sees(node, target));
    }
    node.publish().observed(results);
  }

  private boolean sees(SimulatedNode node, String target) {
    return !dead.containsKey(target)
        && !blind.containsKey(node.name)
        && !brokenPaths.contains(node.name + " " + target);
  }

  private void next() {
    if (cluster.phase() != SimulatedCluster.Phase.FAULTS) {
      return;
    }
    String target = targets.get(chance.nextInt(targets.size()));
    long lasts = chance.nextLong(3 * SECOND, 60 * SECOND);
    if (chance.nextInt(3) == 0) {
      pathBreaks(cluster.anyNode(chance).name + " " + target, lasts);
    } else {
      dies(target, lasts);
    }
    boolean lulls = cluster.world().has(SimulatedWorld.Trait.LULLS);
    cluster.in(chance.nextLong(SECOND, (lulls ? 75 : 15) * SECOND), this::next);
  }

  private void pathBreaks(String path, long lasts) {
    happens(
        "path " + path + " breaks",
        "path " + path + " works again",
        lasts,
        () -> brokenPaths.add(path),
        () -> brokenPaths.remove(path));
  }

  /// Nobody sees the target for so long.
  void dies(String target, long lasts) {
    happens(
        target + " dies",
        target + " lives again",
        lasts,
        () -> dead.merge(target, 1, Integer::sum),
        () -> dead.computeIfPresent(target, (_, times) -> times == 1 ? null : times - 1));
  }

  /// The node sees nothing for so long, not even its canaries.
  void goesBlind(SimulatedNode node, long lasts) {
    happens(
        node.name + " sees nothing",
        node.name + " sees again",
        lasts,
        () -> blind.merge(node.name, 1, Integer::sum),
        () -> blind.computeIfPresent(node.name, (_, times) -> times == 1 ? null : times - 1));
  }

  private void happens(String what, String over, long lasts, Runnable begin, Runnable end) {
    cluster.note(what);
    cluster.disturb();
    begin.run();
    cluster.in(
        lasts,
        () -> {
          if (cluster.phase() == SimulatedCluster.Phase.FAULTS) {
            cluster.note(over);
            cluster.disturb();
            end.run();
          }
        });
  }

  /// The destinations of all pools in this place of their services.
  List<String> ofPool(int position) {
    return cluster.world().configured().getFirst().services().stream()
        .filter(service -> service.pools().size() > position)
        .flatMap(service -> service.pools().get(position).endpoints().stream())
        .map(endpoint -> endpoint.name())
        .toList();
  }
}
