package detour.server.cluster;

import static detour.server.cluster.SimulatedCluster.SECOND;

import detour.server.cluster.SimulatedWorld.Shape;
import detour.server.cluster.SimulatedWorld.Trait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// What befalls the nodes of a simulated cluster, their links, disks and clocks, and their store.
final class SimulatedFaults {
  private final SimulatedCluster cluster;
  private final SplittableRandom chance;

  /// By its weight each is there once or more often.
  private final List<Fault> kinds = new ArrayList<>();

  /// The latest fault of a node's link: an earlier one that ends does not mend it.
  private final Map<SimulatedNode, Long> latestOf = new HashMap<>();

  private long count;

  /// One kind of fault, which may last.
  private interface Fault {
    void befall(SimulatedNode node, long lasts);
  }

  SimulatedFaults(SimulatedCluster cluster, SplittableRandom chance) {
    this.cluster = cluster;
    this.chance = chance;
    add(3, (node, lasts) -> link(node, "is cut off", lasts, this::cut));
    add(1, (node, lasts) -> link(node, "loses answers", lasts, this::loseAnswers));
    add(1, (node, lasts) -> link(node, "has silent watches", lasts, this::silence));
    add(1, (node, lasts) -> link(node, "is slow", lasts, this::slow));
    add(2, this::crash);
    add(1, this::pause);
    add(1, (_, lasts) -> storeGone(lasts));
    add(1, (_, _) -> compact());
    add(1, (node, _) -> cutWatches(node));
    SimulatedWorld world = cluster.world();
    addIf(world.has(Trait.LOST_LEASES), 3, (node, _) -> loseLease(node));
    addIf(world.has(Trait.CLOCK_JUMPS), 3, (node, _) -> jumpClock(node));
    addIf(world.has(Trait.BAD_DISKS), 3, this::breakDisk);
    addIf(world.has(Trait.REMOVED_KEYS), 3, (_, _) -> removeKey());
    addIf(world.has(Trait.REPLACED_STORE), 1, (_, _) -> replaceStore());
    addIf(world.has(Trait.CANARIES) || world.has(Trait.GUARD), 3, cluster.outages()::goesBlind);
    addIf(world.has(Trait.ROLLING_CHANGE), 3, (node, _) -> change(node));
    addIf(world.has(Trait.ROLLING_UPGRADE), 3, (node, _) -> upgrade(node));
    addIf(world.shape() == Shape.TWO_SITES, 3, (_, lasts) -> loseSite(lasts));
  }

  private void add(int weight, Fault fault) {
    for (int i = 0; i < weight; i++) {
      kinds.add(fault);
    }
  }

  private void addIf(boolean possible, int weight, Fault fault) {
    if (possible) {
      add(weight, fault);
    }
  }

  void begin() {
    next();
  }

  private void next() {
    if (cluster.phase() != SimulatedCluster.Phase.FAULTS) {
      return;
    }
    SimulatedNode node = cluster.anyNode(chance);
    long lasts = chance.nextLong((chance.nextInt(3) == 0 ? 60 : 10) * SECOND);
    cluster.disturb();
    kinds.get(chance.nextInt(kinds.size())).befall(node, lasts);
    int gap = cluster.world().has(Trait.LULLS) ? 80 : 20;
    cluster.in(chance.nextLong(SECOND, gap * SECOND), this::next);
  }

  /// Everything works; changes of configuration and version that had begun are finished.
  void heal() {
    latestOf.clear();
    boolean changing = cluster.nodes().stream().anyMatch(node -> node.configuration() > 0);
    for (SimulatedNode node : cluster.nodes()) {
      node.diskFails(false);
      if (changing && node.configuration() == 0) {
        node.changeTo(1, node.isNewer());
        stop(node, "stops");
      }
      cluster.start(node);
      node.pause(false);
      mend(node);
    }
  }

  private void link(SimulatedNode node, String how, long lasts, Consumer<SimulatedNode> harm) {
    if (!node.isRunning()) {
      return;
    }
    long id = ++count;
    latestOf.put(node, id);
    cluster.note(node.name + " " + how);
    mend(node);
    harm.accept(node);
    cluster.in(
        lasts,
        () -> {
          if (latestOf.getOrDefault(node, 0L) == id && node.isRunning()) {
            cluster.note(node.name + " is whole again");
            cluster.disturb();
            mend(node);
          }
        });
  }

  private static void mend(SimulatedNode node) {
    node.client().unreachable(false);
    node.client().answersLost(false);
    node.client().watchesSilent(false);
    node.client().slow(Duration.ofMillis(1));
    node.whole();
  }

  private void cut(SimulatedNode node) {
    node.client().unreachable(true);
    node.cut();
  }

  private void loseAnswers(SimulatedNode node) {
    node.client().answersLost(true);
    node.harmed();
  }

  private void silence(SimulatedNode node) {
    node.client().watchesSilent(true);
    node.harmed();
  }

  private void slow(SimulatedNode node) {
    node.client().slow(Duration.ofMillis(50 + chance.nextInt(800)));
    node.harmed();
  }

  private void crash(SimulatedNode node, long lasts) {
    if (node.isRunning()) {
      stop(node, "crashes");
      cluster.in(lasts, () -> cluster.start(node));
    }
  }

  private void stop(SimulatedNode node, String how) {
    if (node.isRunning()) {
      cluster.note(node.name + " " + how);
      node.crash();
    }
  }

  private void pause(SimulatedNode node, long lasts) {
    if (node.works()) {
      cluster.note(node.name + " is paused");
      node.pause(true);
      cluster.in(
          lasts,
          () -> {
            if (node.isRunning() && !node.works()) {
              cluster.note(node.name + " goes on");
              cluster.disturb();
              node.pause(false);
            }
          });
    }
  }

  private void change(SimulatedNode node) {
    cluster.note(node.name + " gets another configuration");
    node.changeTo(1, node.isNewer());
    crash(node, SECOND);
  }

  private void upgrade(SimulatedNode node) {
    cluster.note(node.name + " gets another version");
    node.changeTo(node.configuration(), !node.isNewer());
    crash(node, SECOND);
  }

  private void breakDisk(SimulatedNode node, long lasts) {
    cluster.note("the disk of " + node.name + " fails");
    node.diskFails(true);
    cluster.in(
        lasts,
        () -> {
          cluster.note("the disk of " + node.name + " works again");
          node.diskFails(false);
        });
  }

  private void jumpClock(SimulatedNode node) {
    Duration skew = Duration.ofSeconds(chance.nextInt(-600, 601));
    cluster.note("the clock of %s jumps to %+d s".formatted(node.name, skew.toSeconds()));
    node.skew(skew);
  }

  private void storeGone(long lasts) {
    cluster.note("the store is gone for all");
    cluster.nodes().forEach(each -> link(each, "is cut off", lasts, this::cut));
  }

  private void compact() {
    cluster.note("the store is compacted, and watches cut");
    cluster.store().compact();
    cluster.nodes().stream()
        .filter(SimulatedNode::isRunning)
        .forEach(each -> each.client().cutWatches());
  }

  private void cutWatches(SimulatedNode node) {
    if (node.isRunning()) {
      cluster.note(node.name + "'s watches are cut");
      node.client().cutWatches();
    }
  }

  private void loseLease(SimulatedNode node) {
    cluster.note(node.name + "'s lease is lost");
    cluster.store().endLeaseOf(Keys.of("default").presence(node.name));
    if (node.works()) {
      // It is not present for a moment.
      node.pause(false);
    }
  }

  private void removeKey() {
    List<String> keys = List.copyOf(cluster.store().texts().keySet());
    if (!keys.isEmpty()) {
      String key = keys.get(chance.nextInt(keys.size()));
      cluster.note("somebody removes " + key);
      cluster.invariants().removing(key);
      cluster.store().remove(key);
    }
  }

  /// As after restoring a backup, which may be empty: it shows that it is another store.
  private void replaceStore() {
    int lost = chance.nextInt(4) == 0 ? Integer.MAX_VALUE : 1 + chance.nextInt(300);
    cluster.note("the store is replaced by what it was before its last %d changes".formatted(lost));
    cluster.store().replaceWithoutLast(lost);
    cluster.invariants().storeWentBack();
  }

  /// The endpoints of one site, and the node there.
  private void loseSite(long lasts) {
    int site = chance.nextInt(2);
    cluster.note("site %d is lost".formatted(site + 1));
    crash(cluster.nodes().get(site), lasts);
    cluster.outages().ofPool(site).forEach(target -> cluster.outages().dies(target, lasts));
  }
}
