package detour.server.cluster;

import detour.failover.model.Health;
import detour.server.cluster.store.Change;
import detour.server.cluster.store.Entry;
import detour.server.cluster.store.StoreFailure;
import detour.server.cluster.store.WatchListener;
import detour.server.publish.ClusterState;
import detour.server.publish.Latch;
import detour.server.publish.PublishedState;
import detour.server.publish.PublishedState.EndpointState;
import detour.server.publish.PublishedState.PoolState;
import detour.server.publish.PublishedState.ServiceState;
import detour.server.publish.SteppedPublish;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What must hold in a cluster whatever happens.
final class Invariants {
  /// Within which what a vantage thought may count with another: until it is stale there, and a
  /// little for what is on its way.
  private static final Duration COUNTS_FOR =
      SimulatedCluster.STALE_AFTER.plus(Duration.ofSeconds(5));

  /// Within which a node that is well leaves a pool that most see down.
  private static final Duration FAILS_OVER_WITHIN = Duration.ofSeconds(12);

  /// After which nothing said before can still be on its way to a node that is cut off.
  private static final Duration CUT_OFF = Duration.ofSeconds(3);

  private final SimulatedCluster world;
  private final Keys keys = Keys.of("default");
  private final Map<String, Map<String, Integer>> poolBefore = new HashMap<>();
  private final Map<String, Object> tableBefore = new HashMap<>();
  private final Map<String, Health> verdictBefore = new HashMap<>();

  /// Every latch that the store ever held, by key, in order.
  private final Map<String, List<Latch>> latches = new HashMap<>();

  Invariants(SimulatedCluster world) {
    this.world = world;
    var _ =
        world
            .store()
            .client()
            .watch(
                keys.root(),
                2,
                new WatchListener() {
                  @Override
                  public void changed(List<Change> changes) {
                    changes.forEach(Invariants.this::written);
                  }

                  @Override
                  public void ended(StoreFailure why) {
                    throw new AssertionError(why);
                  }
                });
  }

  private void written(Change change) {
    if (!(keys.subject(change.key()) instanceof Keys.Subject.Latch subject)) {
      return;
    }
    Entry entry =
        switch (change) {
          case Change.Put put -> put.entry();
          case Change.Removed _ -> throw new AssertionError("lost latch " + change.key());
        };
    Latch latch = Records.latch(entry.value(), subject.service(), subject.family()).orElseThrow();
    List<Latch> known = latches.computeIfAbsent(latch.key(), _ -> new ArrayList<>());
    long expected = known.isEmpty() ? 1 : known.getLast().epoch() + 1;
    world.note(
        "latch %s epoch %d: %s by %s"
            .formatted(latch.key(), latch.epoch(), latch.pool(), latch.by()));
    require(latch.epoch() == expected, "%s skips epochs: %s after %s", latch.key(), latch, known);
    known.add(latch);
  }

  /// A node begins from its disk.
  void started(SimulatedNode node) {
    PublishedState state = node.state();
    for (ServiceState service : state.services()) {
      Integer before = poolBefore.getOrDefault(node.name, Map.of()).get(service.name());
      int now = pool(service);
      if (before != null && before >= 0 && now >= 0) {
        require(
            now >= before || !service.pools().get(before).available(),
            "%s forgot over its restart that %s serves from pool %s, and begins with %s",
            node.name,
            service.name(),
            before,
            now);
      }
    }
    // Verdicts of before are not those of after.
    verdictBefore.keySet().removeIf(key -> key.startsWith(node.name + " "));
    remember(node, state);
  }

  /// A node took a turn.
  void turned(SimulatedNode node) {
    Object table = node.table();
    if (table.equals(tableBefore.put(node.name, table))) {
      return;
    }
    PublishedState state = node.state();
    for (ServiceState service : state.services()) {
      Integer before = poolBefore.getOrDefault(node.name, Map.of()).get(service.name());
      int now = pool(service);
      if (before != null && before != now) {
        world.note(
            "%s: %s from pool %d to %d (%s)"
                .formatted(
                    node.name, service.name(), before, now, service.tracks().getFirst().reason()));
      }
      if (before != null && before > now && now >= 0 && service.pools().get(before).available()) {
        failedBack(node, service, now);
      }
    }
    verdicts(node, state);
    remember(node, state);
  }

  /// An earlier pool is answered only where the store holds it, or where the store holds a pool
  /// that cannot serve, from which the node failed over.
  private void failedBack(SimulatedNode node, ServiceState service, int now) {
    require(!node.isCutFor(CUT_OFF), "%s is cut off and failed %s back", node.name, service.name());
    String key = Latch.key(service.name(), "joint");
    Latch told = node.told(key);
    if (told == null) {
      throw new AssertionError(
          "%s failed %s back, and was told of no latch".formatted(node.name, service.name()));
    }
    require(
        latches.getOrDefault(key, List.of()).contains(told),
        "%s failed %s back, and was told of %s, which the store never held",
        node.name,
        service.name(),
        told);
    require(
        leadsTo(service, told, now),
        "%s failed %s back to %s, and was told of %s",
        node.name,
        service.name(),
        service.pools().get(now).name(),
        told);
  }

  private static boolean leadsTo(ServiceState service, Latch latch, int now) {
    for (int pool = 0; pool < service.pools().size(); pool++) {
      PoolState state = service.pools().get(pool);
      if (state.name().equals(latch.pool())) {
        boolean leaves =
            !state.available() && state.endpoints().stream().noneMatch(EndpointState::frozen);
        return pool == now || leaves;
      }
    }
    return false;
  }

  private void verdicts(SimulatedNode node, PublishedState state) {
    for (ServiceState service : state.services()) {
      for (PoolState pool : service.pools()) {
        for (EndpointState endpoint : pool.endpoints()) {
          String key = node.name + " " + endpoint.destination();
          Health before = verdictBefore.put(key, endpoint.verdict());
          // After a restart the verdict of before it may be the first one, frozen.
          boolean restored = endpoint.frozen() && before == null;
          if (endpoint.verdict() == Health.DOWN && before != Health.DOWN && !restored) {
            decidedDown(node, endpoint);
          }
        }
      }
    }
  }

  private void decidedDown(SimulatedNode node, EndpointState endpoint) {
    String target = SteppedPublish.targetKey(endpoint.destination());
    long witnesses =
        world.nodes().stream().filter(other -> other.thoughtDownWithin(target, COUNTS_FOR)).count();
    // A majority of those present, of whom there must be a majority of all.
    int present = world.nodes().size() / 2 + 1;
    require(
        witnesses >= present / 2 + 1,
        "%s decided that %s is down on the word of %s (%s)",
        node.name,
        endpoint.destination(),
        witnesses,
        endpoint.healthReason());
  }

  /// To be called every second.
  void hold() {
    for (SimulatedNode node : world.nodes()) {
      if (node.works()) {
        PublishedState state = node.state();
        verdicts(node, state);
        if (node.isWellFor(FAILS_OVER_WITHIN)) {
          state.services().forEach(service -> servesWhatLives(node, service));
        }
      }
    }
  }

  /// No pool that a majority sees down is answered while another is up, for longer than a bound.
  private void servesWhatLives(SimulatedNode node, ServiceState service) {
    int now = pool(service);
    if (now < 0 || hasOverride(service) || !downForMost(service.pools().get(now))) {
      return;
    }
    for (PoolState other : service.pools()) {
      require(
          !upForMost(other),
          "%s answers %s from %s, which most have seen down for %s, though %s is up: %s",
          node.name,
          service.name(),
          service.pools().get(now).name(),
          FAILS_OVER_WITHIN,
          other.name(),
          service.tracks().getFirst().reason());
    }
  }

  private static boolean hasOverride(ServiceState service) {
    return service.pools().stream()
        .flatMap(pool -> pool.endpoints().stream())
        .anyMatch(endpoint -> endpoint.override() != null);
  }

  private boolean downForMost(PoolState pool) {
    return pool.endpoints().stream()
        .allMatch(endpoint -> {
          String target = SteppedPublish.targetKey(endpoint.destination());
          long count =
              world.nodes().stream()
                  .filter(node -> node.isWellFor(FAILS_OVER_WITHIN))
                  .filter(node -> node.thinksDownFor(target, FAILS_OVER_WITHIN))
                  .count();
          return count * 2 > world.nodes().size();
        });
  }

  private boolean upForMost(PoolState pool) {
    return pool.endpoints().stream()
        .anyMatch(endpoint -> {
          String target = SteppedPublish.targetKey(endpoint.destination());
          return world.nodes().stream()
              .noneMatch(node -> node.thoughtDownWithin(target, COUNTS_FOR));
        });
  }

  /// An operator was told that an override is set or cleared: so the store must have it, as it is
  /// or as somebody changed it since.
  void acknowledged(String path) {
    Entry entry =
        world.store().entry(keys.override(detour.failover.model.OverridePath.parse(path)));
    require(entry != null, "the override of %s was acknowledged, and the store has none", path);
  }

  /// To be called after everything was whole for long enough.
  void agreeAtTheEnd() {
    for (SimulatedNode node : world.nodes()) {
      PublishedState state = node.state();
      for (ServiceState service : state.services()) {
        require(
            pool(service) == 0,
            "%s still answers %s from pool %s: %s",
            node.name,
            service.name(),
            pool(service),
            service.tracks().getFirst().reason());
        require(!hasOverride(service), "%s still has an override of %s", node.name, service.name());
        List<Latch> agreed = latches.getOrDefault(Latch.key(service.name(), "joint"), List.of());
        require(
            !agreed.isEmpty() && agreed.getLast().pool().equals("one"),
            "the store's latch of %s is %s",
            service.name(),
            agreed);
        service.pools().stream()
            .flatMap(pool -> pool.endpoints().stream())
            .forEach(endpoint ->
                require(
                    !endpoint.frozen() && endpoint.verdict() == Health.UP,
                    "%s: %s is %s, frozen %s",
                    node.name,
                    endpoint.destination(),
                    endpoint.verdict(),
                    endpoint.frozen()));
      }
      ClusterState cluster = node.cluster();
      require(
          cluster != null
              && cluster.nodes().size() == world.nodes().size()
              && cluster.nodes().stream().allMatch(ClusterState.NodeState::agrees)
              && cluster.nodes().stream().map(ClusterState.NodeState::epoch).distinct().count()
                  == 1,
          "%s does not see that all agree: %s",
          node.name,
          cluster);
    }
  }

  private void remember(SimulatedNode node, PublishedState state) {
    Map<String, Integer> pools = new HashMap<>();
    state.services().forEach(service -> pools.put(service.name(), pool(service)));
    poolBefore.put(node.name, pools);
    tableBefore.put(node.name, node.table());
  }

  private static int pool(ServiceState service) {
    String name = service.tracks().getFirst().pool();
    for (int pool = 0; pool < service.pools().size(); pool++) {
      if (service.pools().get(pool).name().equals(name)) {
        return pool;
      }
    }
    return -1;
  }

  private static void require(boolean holds, String otherwise, Object... details) {
    if (!holds) {
      throw new AssertionError(
          otherwise.formatted(Stream.of(details).map(String::valueOf).toArray()));
    }
  }
}
