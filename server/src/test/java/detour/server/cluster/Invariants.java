package detour.server.cluster;

import detour.failover.model.Health;
import detour.failover.model.OverridePath;
import detour.server.cluster.store.Entry;
import detour.server.publish.Decided;
import detour.server.publish.Latch;
import detour.server.publish.SteppedPublish;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What must hold in a cluster whatever happens. Looked at after every turn of a node:
///
/// - Nothing is decided to be down but by a quorum that thinks so, or did a moment ago.
/// - Nothing fails back without the others, nor where nobody is heard of.
/// - Who is cut off for long is frozen, and goes on answering what it answered.
/// - What was answered before a restart is answered after it.
///
/// Every second, for what needs time: see [#hold]. For what the store holds: see [StoredLatches].
final class Invariants {
  /// Within which what a vantage thought may count with another: until it is stale there, and a
  /// little for what is on its way.
  private static final Duration COUNTS_FOR =
      SimulatedCluster.STALE_AFTER.plus(Duration.ofSeconds(5));

  /// Within which a node that is well leaves a pool that most see down.
  private static final Duration FAILS_OVER_WITHIN = Duration.ofSeconds(12);

  /// After which nothing said before can still be on its way to a node that is cut off.
  private static final Duration CUT_OFF = Duration.ofSeconds(3);

  /// After which a node that is cut off counts nobody but itself.
  private static final Duration FROZEN = SimulatedCluster.STALE_AFTER.plus(Duration.ofSeconds(4));

  /// For so long after the store went back the vantages have not yet all told it anew what they
  /// think. Who was there and well when that happened has heard it before.
  static final long TOLD_ANEW_NANOS = 15 * SimulatedCluster.SECOND;

  private final SimulatedCluster cluster;
  private final SimulatedWorld world;
  private final StoredLatches latches;
  private final Settling settling;
  private final Map<String, Decided> before = new HashMap<>();

  /// What a node answered when it was found to be frozen, while it is.
  private final Map<String, Decided> frozen = new HashMap<>();

  private final Map<String, Long> removedNanos = new HashMap<>();

  /// Whether the store lost latches: then nodes that have not heard of it count on from before.
  private boolean epochsBeganAnew;

  private long wentBackNanos = Long.MIN_VALUE / 2;

  /// Who was well when the store went back, and has run since.
  private final Set<String> aware = new HashSet<>();

  Invariants(SimulatedCluster cluster) {
    this.cluster = cluster;
    world = cluster.world();
    latches = new StoredLatches(cluster);
    settling = new Settling(cluster, latches);
  }

  /// A node begins from its disk.
  void started(SimulatedNode node) {
    Decided now = node.decided();
    Decided last = before.put(node.name, now);
    frozen.remove(node.name);
    aware.remove(node.name);
    if (last == null || node.isForgetful()) {
      return;
    }
    for (Decided.OfTrack track : now.tracks()) {
      Decided.OfTrack former = track(last, track.key());
      int pool = former == null ? -1 : track.position(former.poolName());
      require(
          pool < 0
              || track.pool() < 0
              || track.pool() >= pool
              || !track.pools().get(pool).available(),
          "%s forgot over its restart that %s is answered from pool %s, and begins with %s",
          node.name,
          track.key(),
          pool,
          track.pool());
    }
  }

  private static Decided.@Nullable OfTrack track(Decided decided, String key) {
    return decided.tracks().stream()
        .filter(track -> track.key().equals(key))
        .findFirst()
        .orElse(null);
  }

  /// A node took a turn.
  // What was not judged anew is the same object.
  @SuppressWarnings("ReferenceEquality")
  void turned(SimulatedNode node) {
    Decided now = node.decided();
    Decided last = Objects.requireNonNull(before.put(node.name, now));
    for (int i = 0; now != last && i < now.tracks().size(); i++) {
      Decided.OfTrack track = now.tracks().get(i);
      Decided.OfTrack former = last.tracks().get(i);
      if (track == former) {
        continue;
      }
      if (track.pool() != former.pool()) {
        moved(node, track, former);
      }
      verdicts(node, track, former);
    }
    staysFrozen(node, now);
  }

  private void moved(SimulatedNode node, Decided.OfTrack track, Decided.OfTrack former) {
    cluster.note(
        "%s: %s from pool %d to %d (%s)"
            .formatted(node.name, track.key(), former.pool(), track.pool(), track.reason()));
    boolean back = former.pool() > track.pool() && track.pool() >= 0;
    if (back && track.pools().get(former.pool()).available()) {
      failedBack(node, track);
    }
  }

  /// An earlier pool is answered only where the store holds it, or where the store holds a pool
  /// that cannot serve, from which the node failed over.
  private void failedBack(SimulatedNode node, Decided.OfTrack track) {
    require(!node.isCutFor(CUT_OFF), "%s is cut off and failed %s back", node.name, track.key());
    Latch told = node.told(track.key());
    if (told == null) {
      throw new AssertionError(
          "%s failed %s back, and was told of no latch".formatted(node.name, track.key()));
    }
    require(
        latches.everHeld(told),
        "%s failed %s back, and was told of %s, which the store never held",
        node.name,
        track.key(),
        told);
    int pool = track.position(told.pool());
    Decided.OfPool from = pool < 0 ? null : track.pools().get(pool);
    boolean leaves = from != null && !from.available() && !from.frozen();
    require(
        told.epoch() >= node.movedEpoch(track.key()) - (leaves ? 1 : 0)
            || node.isForgetful()
            || epochsBeganAnew,
        "%s failed %s back to what was agreed on before its own move %s: %s",
        node.name,
        track.key(),
        node.movedEpoch(track.key()),
        told);
    require(
        pool == track.pool() || leaves,
        "%s failed %s back to %s, and was told of %s",
        node.name,
        track.key(),
        track.poolName(),
        told);
  }

  private void verdicts(SimulatedNode node, Decided.OfTrack track, Decided.OfTrack former) {
    for (int pool = 0; pool < track.pools().size(); pool++) {
      List<Decided.OfEndpoint> endpoints = track.pools().get(pool).endpoints();
      for (int i = 0; i < endpoints.size(); i++) {
        Decided.OfEndpoint endpoint = endpoints.get(i);
        Health last = former.pools().get(pool).endpoints().get(i).verdict();
        if (endpoint.verdict() == last) {
          continue;
        }
        require(
            !endpoint.frozen(),
            "%s changed a frozen verdict on %s: %s",
            node.name,
            endpoint.destination(),
            endpoint.reason());
        if (endpoint.verdict() == Health.DOWN) {
          decidedDown(node, endpoint);
        }
      }
    }
  }

  private void decidedDown(SimulatedNode node, Decided.OfEndpoint endpoint) {
    if (cluster.nowNanos() - wentBackNanos < TOLD_ANEW_NANOS && !aware.contains(node.name)) {
      return;
    }
    String target = SteppedPublish.targetKey(endpoint.destination());
    require(
        world.canDecide(vantage -> node(vantage).thoughtDownWithin(target, COUNTS_FOR)),
        "%s decided that %s is down on the word of too few (%s)",
        node.name,
        endpoint.destination(),
        endpoint.reason());
  }

  private SimulatedNode node(String vantage) {
    for (SimulatedNode node : cluster.nodes()) {
      if (node.name.equals(vantage)) {
        return node;
      }
    }
    throw new IllegalArgumentException(vantage);
  }

  private void staysFrozen(SimulatedNode node, Decided now) {
    if (world.decidesAlone() || !node.isCutFor(FROZEN)) {
      frozen.remove(node.name);
      return;
    }
    Decided first = frozen.putIfAbsent(node.name, now);
    for (int i = 0; i < now.tracks().size(); i++) {
      Decided.OfTrack track = now.tracks().get(i);
      for (Decided.OfPool pool : track.pools()) {
        for (Decided.OfEndpoint endpoint : pool.endpoints()) {
          require(
              endpoint.frozen(), "%s is cut off and not frozen: %s", node.name, endpoint.reason());
        }
      }
      Decided.OfTrack then = first == null ? track : first.tracks().get(i);
      require(
          then.pool() == track.pool() || then.overridden() || track.overridden(),
          "%s is frozen and moved %s: %s",
          node.name,
          track.key(),
          track.reason());
    }
  }

  /// To be called every second.
  ///
  /// @return whether all is over
  boolean hold() {
    for (SimulatedNode node : cluster.nodes()) {
      if (node.isWellFor(FAILS_OVER_WITHIN)) {
        node.decided().tracks().forEach(track -> servesWhatLives(node, track));
      }
    }
    settling.whileAllAreWell();
    return cluster.phase() == SimulatedCluster.Phase.HEALED && settling.isOver();
  }

  /// No pool that a majority sees down is answered while another is up, for longer than a bound.
  private void servesWhatLives(SimulatedNode node, Decided.OfTrack track) {
    if (cluster.nowNanos() - wentBackNanos < FAILS_OVER_WITHIN.toNanos()) {
      return;
    }
    if (track.pool() < 0 || track.overridden() || !downForMost(track.pools().get(track.pool()))) {
      return;
    }
    for (Decided.OfPool other : track.pools()) {
      require(
          !upForAll(other),
          "%s answers %s from %s, which most have seen down for %s, though %s is up: %s",
          node.name,
          track.key(),
          track.poolName(),
          FAILS_OVER_WITHIN,
          other.name(),
          track.reason());
    }
  }

  private boolean downForMost(Decided.OfPool pool) {
    return pool.endpoints().stream()
        .allMatch(endpoint -> {
          String target = SteppedPublish.targetKey(endpoint.destination());
          return world.mustDecide(vantage ->
              node(vantage).isWellFor(FAILS_OVER_WITHIN)
                  && node(vantage).thinksDownFor(target, FAILS_OVER_WITHIN));
        });
  }

  private boolean upForAll(Decided.OfPool pool) {
    return pool.endpoints().stream()
        .anyMatch(endpoint -> {
          String target = SteppedPublish.targetKey(endpoint.destination());
          return cluster.nodes().stream()
              .noneMatch(node -> node.thoughtDownWithin(target, COUNTS_FOR));
        });
  }

  /// An operator was told that an override is set or cleared: so the store must have it, as it is
  /// or as somebody changed it since.
  void acknowledged(String path) {
    String key = Keys.of("default").override(OverridePath.parse(path));
    Entry entry = cluster.store().entry(key);
    require(
        entry != null || removedNanos.containsKey(key) || wentBackNanos > 0,
        "the override of %s was acknowledged, and the store has none",
        path);
  }

  /// Somebody removes a key from the store by hand, now.
  void removing(String key) {
    removedNanos.put(key, cluster.nowNanos());
    epochsBeganAnew = true;
    latches.removing(key);
  }

  /// The store holds what it held long ago, from now on.
  void storeWentBack() {
    wentBackNanos = cluster.nowNanos();
    aware.clear();
    cluster.nodes().stream()
        .filter(node -> node.isWellFor(CUT_OFF))
        .forEach(node -> aware.add(node.name));
    epochsBeganAnew = true;
    latches.storeWentBack();
  }

  void healed() {
    settling.healed();
  }

  /// Whether all agree, after everything was healed.
  boolean isSettled() {
    return settling.isSettled();
  }

  static void require(boolean holds, String otherwise, @Nullable Object... details) {
    if (!holds) {
      throw new AssertionError(
          otherwise.formatted(Stream.of(details).map(String::valueOf).toArray()));
    }
  }
}
