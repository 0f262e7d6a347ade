package detour.server.cluster;

import static detour.server.cluster.Invariants.require;

import detour.failover.model.Health;
import detour.server.publish.ClusterState;
import detour.server.publish.Decided;
import detour.server.publish.Latch;
import detour.server.publish.Serving;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether the nodes of a simulated cluster agree: in the end, within a bound, and from then on
/// without a change; and whenever all have been well for a while.
final class Settling {
  /// Within which all agree after everything was healed: the longest time of a failback after
  /// another, an operator who approves, and what was known before it is stale.
  private static final Duration BOUND = Duration.ofMinutes(2);

  /// What was wrong before everything was healed may come to light until then.
  private static final Duration COMES_TO_LIGHT =
      SimulatedCluster.STALE_AFTER.plus(SimulatedCluster.LEASE);

  private static final Duration STAYS = Duration.ofSeconds(10);

  /// What was agreed on has reached everyone that has been well for so long.
  private static final Duration HEARD = Duration.ofSeconds(15);

  /// Without anything that happened for so long all answer the same.
  private static final Duration QUIET = Duration.ofSeconds(60);

  private final SimulatedCluster cluster;
  private final StoredLatches latches;
  private long healedNanos;
  private long settledNanos;
  private boolean settled;
  private List<Serving> servings = List.of();

  Settling(SimulatedCluster cluster, StoredLatches latches) {
    this.cluster = cluster;
    this.latches = latches;
  }

  void healed() {
    healedNanos = cluster.nowNanos();
  }

  /// Whether all agree, after everything was healed.
  boolean isSettled() {
    return settled;
  }

  /// To be called every second after everything was healed.
  ///
  /// @return whether all have agreed for long enough
  boolean isOver() {
    if (cluster.nowNanos() - healedNanos < COMES_TO_LIGHT.toNanos()) {
      return false;
    }
    String complaint = complaint();
    if (!settled) {
      require(
          complaint == null || cluster.nowNanos() - healedNanos < BOUND.toNanos(),
          "%s after all was healed they do not agree: %s",
          BOUND,
          complaint);
      if (complaint == null) {
        cluster.note("all agree");
        settled = true;
        settledNanos = cluster.nowNanos();
        servings = servings();
      }
      return false;
    }
    require(complaint == null, "they agreed, and do not any more: %s", complaint);
    require(servings.equals(servings()), "they agreed, and changed: %s", servings());
    return cluster.nowNanos() - settledNanos >= STAYS.toNanos();
  }

  private List<Serving> servings() {
    return cluster.nodes().stream().map(SimulatedNode::serving).toList();
  }

  private @Nullable String complaint() {
    for (SimulatedNode node : cluster.nodes()) {
      for (Decided.OfTrack track : node.decided().tracks()) {
        String complaint = complaint(track);
        if (complaint != null) {
          return node.name + ": " + complaint;
        }
      }
    }
    if (servings().stream().distinct().count() > 1) {
      return "they answer differently: " + servings();
    }
    for (SimulatedNode node : cluster.nodes()) {
      ClusterState state = node.state();
      boolean agree =
          state.nodes().size() == cluster.nodes().size()
              && state.nodes().stream().allMatch(ClusterState.NodeState::agrees);
      if (!agree) {
        return node.name + " does not see that all agree: " + state;
      }
    }
    return null;
  }

  private @Nullable String complaint(Decided.OfTrack track) {
    if (track.pool() != 0) {
      return "%s is answered from pool %d: %s".formatted(track.key(), track.pool(), track.reason());
    }
    if (track.overridden()) {
      return track.service() + " still has an override";
    }
    Latch latch = latches.last(track.key());
    if (latch == null || !latch.pool().equals(track.poolName())) {
      return "the store's latch of %s is %s".formatted(track.key(), latch);
    }
    for (Decided.OfPool pool : track.pools()) {
      for (Decided.OfEndpoint endpoint : pool.endpoints()) {
        if (endpoint.frozen() || endpoint.verdict() != Health.UP) {
          return "%s of %s is %s: %s"
              .formatted(
                  endpoint.destination(), track.key(), endpoint.verdict(), endpoint.reason());
        }
      }
    }
    return null;
  }

  /// To be called every second: while all are well, all have heard the same.
  void whileAllAreWell() {
    if (!latches.unchangedFor(HEARD) || !cluster.nodes().stream().allMatch(Settling::isWell)) {
      return;
    }
    List<Long> revisions = new ArrayList<>();
    List<Long> digests = new ArrayList<>();
    boolean sameConfiguration = true;
    for (SimulatedNode node : cluster.nodes()) {
      revisions.add(node.serving().agreedRevision());
      digests.add(node.serving().digest());
      sameConfiguration &= node.configured().equals(cluster.nodes().getFirst().configured());
    }
    require(
        revisions.stream().distinct().count() == 1,
        "all have been well for %s, and have heard of different epochs: %s",
        HEARD,
        servings());
    require(
        !sameConfiguration
            || !cluster.isQuietFor(QUIET)
            || digests.stream().distinct().count() == 1,
        "all are well and nothing has happened for %s, and they answer differently: %s",
        QUIET,
        servings());
  }

  private static boolean isWell(SimulatedNode node) {
    return node.isWellFor(HEARD);
  }
}
