package detour.server.cluster;

import static detour.server.cluster.SimulatedCluster.SECOND;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OperatorOverride.Purpose;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The operators of a simulated cluster: they set and clear overrides, hold drills, announce
/// maintenance and approve failbacks, each at any node.
final class SimulatedOperators {
  private static final String POOL = SimulatedWorld.OVERRIDDEN + "/one";
  private static final String ENDPOINT = POOL + "/192.0.2.9";
  private static final long TIDY_EVERY_NANOS = 8 * SECOND;

  /// By how much the end of an override may be late.
  private static final long LATE_NANOS = 15 * SECOND;

  private final SimulatedCluster cluster;
  private final SplittableRandom chance;

  SimulatedOperators(SimulatedCluster cluster, SplittableRandom chance) {
    this.cluster = cluster;
    this.chance = chance;
  }

  void begin() {
    next();
  }

  private void next() {
    if (cluster.phase() != SimulatedCluster.Phase.FAULTS) {
      return;
    }
    SimulatedNode node = cluster.anyNode(chance);
    if (node.works()) {
      command(node);
    }
    boolean lulls = cluster.world().has(SimulatedWorld.Trait.LULLS);
    cluster.in(chance.nextLong(5 * SECOND, (lulls ? 90 : 25) * SECOND), this::next);
  }

  private void command(SimulatedNode node) {
    switch (chance.nextInt(5)) {
      case 0 -> override(node);
      case 1 -> clear(node, chance.nextBoolean() ? POOL : ENDPOINT);
      case 2 -> announce(node, Purpose.DRILL, null);
      case 3 -> announce(node, Purpose.MAINTENANCE, Duration.ofSeconds(1 + chance.nextInt(25)));
      default -> {
        List<String> waiting = cluster.world().approvedServices();
        approve(node, waiting.get(chance.nextInt(waiting.size())));
      }
    }
  }

  private void override(SimulatedNode node) {
    OperatorOverride.State[] states = OperatorOverride.State.values();
    OperatorOverride.State state = states[chance.nextInt(states.length)];
    Duration lasts = chance.nextBoolean() ? null : Duration.ofSeconds(5 + chance.nextInt(40));
    String path = chance.nextBoolean() ? POOL : ENDPOINT;
    if (lasts != null) {
      cluster.in(lasts.toNanos() + LATE_NANOS, cluster::disturb);
    }
    commanded(
        node,
        "override " + path + " " + state,
        node.publish().setOverride(path, state, lasts),
        path);
  }

  private void announce(SimulatedNode node, Purpose purpose, @Nullable Duration begins) {
    Duration lasts = Duration.ofSeconds(5 + chance.nextInt(40));
    String path = chance.nextBoolean() ? POOL : ENDPOINT;
    long beginsIn = begins == null ? 0 : begins.toNanos();
    cluster.in(beginsIn + LATE_NANOS, cluster::disturb);
    cluster.in(beginsIn + lasts.toNanos() + LATE_NANOS, cluster::disturb);
    commanded(
        node, purpose + " of " + path, node.publish().announce(path, purpose, begins, lasts), path);
  }

  private void clear(SimulatedNode node, String path) {
    commanded(node, "clear " + path, node.publish().clearOverride(path), path);
  }

  private void approve(SimulatedNode node, String service) {
    commanded(node, "failback " + service, node.publish().approveFailback(service), null);
  }

  private void commanded(
      SimulatedNode node, String what, CompletableFuture<Void> done, @Nullable String override) {
    cluster.note("at " + node.name + ": " + what);
    cluster.disturb();
    var _ =
        done.whenComplete((_, failure) -> {
          cluster.note(
              node.name
                  + (failure == null ? " did: " + what : " refused: " + failure.getMessage()));
          cluster.disturb();
          if (failure == null && override != null) {
            cluster.invariants().acknowledged(override);
          }
        });
  }

  /// Failbacks that wait for an operator are approved, and overrides that wait to be cleared are.
  void tidyUp() {
    SimulatedNode node = cluster.anyNode(chance);
    if (node.works() && !cluster.invariants().isSettled()) {
      cluster.world().approvedServices().forEach(service -> approve(node, service));
      clear(node, POOL);
      clear(node, ENDPOINT);
    }
    cluster.in(TIDY_EVERY_NANOS, this::tidyUp);
  }
}
