package detour.server.cluster;

import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;

import detour.failover.model.OperatorOverride;
import detour.failover.model.Quorum;
import detour.failover.model.Service.Failback;
import detour.failover.model.Vantage;
import detour.failover.model.VerdictPolicy;
import detour.server.cluster.store.SimulatedStore;
import detour.server.publish.Declared;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A whole cluster in one thread and in simulated time: nodes, their store, what they probe, and
/// faults of all of them, every one of which follows from the seed.
///
/// It goes through three phases: some calm, in which everything starts; faults; and after all is
/// healed the time it takes to agree.
final class SimulatedCluster {
  static final Duration LEASE = Duration.ofSeconds(6);
  static final Duration STALE_AFTER = Duration.ofSeconds(18);
  static final List<Declared> SERVICES =
      List.of(
          service("a.example.com", pool("one", "192.0.2.1", "192.0.2.2"), pool("two", "192.0.2.3")),
          service(
              "b.example.com",
              pool("one", "192.0.2.4"),
              pool("two", "192.0.2.5"),
              pool("three", "192.0.2.6")),
          service("c.example.com", pool("one", "192.0.2.7"), pool("two", "192.0.2.8"))
              .failback(Failback.MANUAL),
          service("d.example.com", pool("one", "192.0.2.9"), pool("two", "192.0.2.10")));

  private static final long SECOND = 1_000_000_000L;
  private static final long CALM_NANOS = 10 * SECOND;
  private static final long FAULTS_NANOS = 120 * SECOND;
  private static final long HEALED_NANOS = 100 * SECOND;
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
  private static final int TARGETS = 10;

  private final SplittableRandom chance;
  private final SimulatedStore store = new SimulatedStore(this::nowNanos);
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Set<String> dead = new HashSet<>();

  /// Paths from a node to a target that are broken, as `node target`.
  private final Set<String> brokenPaths = new HashSet<>();

  private final Map<SimulatedNode, Long> faultOf = new HashMap<>();
  private final List<String> trace = new ArrayList<>();
  private final Invariants invariants;
  private final boolean loud;
  private long nowNanos = 3600 * SECOND;
  private final long startNanos = nowNanos;
  private long planned;
  private long faults;
  private boolean healed;

  private record Event(long atNanos, long order, Runnable happening) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return atNanos != other.atNanos
          ? Long.compare(atNanos, other.atNanos)
          : Long.compare(order, other.order);
    }
  }

  SimulatedCluster(long seed, int size, boolean loud) {
    this.loud = loud;
    chance = new SplittableRandom(seed);
    for (int i = 0; i < size; i++) {
      Duration skew = Duration.ofSeconds(chance.nextInt(3) == 0 ? chance.nextInt(-600, 601) : 0);
      nodes.add(new SimulatedNode("node" + (i + 1), this, chance.nextLong(3600 * SECOND), skew));
    }
    invariants = new Invariants(this);
  }

  long nowNanos() {
    return nowNanos;
  }

  Instant wall() {
    return START.plusNanos(nowNanos - startNanos);
  }

  SimulatedStore store() {
    return store;
  }

  List<SimulatedNode> nodes() {
    return nodes;
  }

  VerdictPolicy policy() {
    return new VerdictPolicy(
        new Quorum.Majority(), nodes.stream().map(node -> Vantage.of(node.name)).toList(), 0);
  }

  static List<String> targets() {
    List<String> targets = new ArrayList<>();
    for (int i = 1; i <= TARGETS; i++) {
      targets.add("192.0.2." + i);
    }
    return targets;
  }

  /// What happened, for people.
  List<String> trace() {
    return trace;
  }

  void note(String what) {
    String line = "%8.3f %s".formatted((nowNanos - startNanos) / 1e9, what);
    trace.add(line);
    if (loud) {
      System.out.println(line);
    }
  }

  /// Runs through all phases.
  ///
  /// @throws AssertionError when an invariant does not hold
  void run() {
    for (SimulatedNode node : nodes) {
      in(chance.nextLong(2 * SECOND), () -> start(node));
      for (String target : targets()) {
        in(chance.nextLong(SECOND), () -> probe(node, target));
      }
    }
    in(SECOND, this::check);
    in(CALM_NANOS, this::nextFault);
    in(CALM_NANOS, this::nextOutage);
    in(CALM_NANOS, this::nextCommand);
    in(CALM_NANOS + FAULTS_NANOS, this::heal);
    long end = nowNanos + CALM_NANOS + FAULTS_NANOS + HEALED_NANOS;
    while (nowNanos < end) {
      step(end);
    }
    invariants.agreeAtTheEnd();
  }

  private void step(long end) {
    long next = Math.min(end, store.nextNanos().orElse(Long.MAX_VALUE));
    Event event = events.peek();
    next = event == null ? next : Math.min(next, event.atNanos());
    for (SimulatedNode node : nodes) {
      next = node.works() ? Math.min(next, node.nextDueNanos()) : next;
    }
    nowNanos = Math.max(nowNanos, next);
    while (!events.isEmpty() && events.peek().atNanos() <= nowNanos) {
      events.remove().happening().run();
    }
    store.run();
    for (SimulatedNode node : nodes) {
      if (node.works()) {
        node.turn();
        invariants.turned(node);
      }
    }
  }

  private void in(long nanos, Runnable happening) {
    events.add(new Event(nowNanos + nanos, planned++, happening));
  }

  private void check() {
    invariants.hold();
    in(3 * SECOND, this::check);
  }

  private void start(SimulatedNode node) {
    if (!node.isRunning()) {
      note(node.name + " starts");
      node.start(chance.split());
      invariants.started(node);
    }
  }

  private void probe(SimulatedNode node, String target) {
    if (node.works()) {
      boolean passes = !dead.contains(target) && !brokenPaths.contains(node.name + " " + target);
      boolean lost = !healed && chance.nextInt(200) == 0;
      node.publish().observed(target, passes && !lost);
    }
    in(SECOND + chance.nextLong(SECOND / 10), () -> probe(node, target));
  }

  private long between(long fromSeconds, long toSeconds) {
    return chance.nextLong(fromSeconds * SECOND, toSeconds * SECOND);
  }

  private void nextOutage() {
    if (healed) {
      return;
    }
    String target = "192.0.2." + (1 + chance.nextInt(TARGETS));
    long lasts = between(3, 60);
    if (chance.nextInt(3) == 0) {
      String path = nodes.get(chance.nextInt(nodes.size())).name + " " + target;
      note("path " + path + " breaks");
      brokenPaths.add(path);
      in(
          lasts,
          () -> {
            note("path " + path + " works again");
            brokenPaths.remove(path);
          });
    } else {
      note(target + " dies");
      dead.add(target);
      in(
          lasts,
          () -> {
            note(target + " lives again");
            dead.remove(target);
          });
    }
    in(between(1, 15), this::nextOutage);
  }

  private void nextCommand() {
    if (healed) {
      return;
    }
    SimulatedNode node = nodes.get(chance.nextInt(nodes.size()));
    if (node.works()) {
      command(node);
    }
    in(between(5, 25), this::nextCommand);
  }

  private void command(SimulatedNode node) {
    switch (chance.nextInt(3)) {
      case 0 -> {
        OperatorOverride.State state =
            OperatorOverride.State.values()[chance.nextInt(OperatorOverride.State.values().length)];
        Duration lasts = chance.nextBoolean() ? null : Duration.ofSeconds(5 + chance.nextInt(40));
        String path = chance.nextBoolean() ? "d.example.com/one" : "d.example.com/one/192.0.2.9";
        commanded(
            node,
            "override " + path + " " + state,
            node.publish().setOverride(path, state, lasts),
            path);
      }
      case 1 ->
          commanded(
              node,
              "clear d.example.com/one",
              node.publish().clearOverride("d.example.com/one"),
              "d.example.com/one");
      default ->
          commanded(
              node,
              "failback c.example.com",
              node.publish().approveFailback("c.example.com"),
              null);
    }
  }

  private void commanded(
      SimulatedNode node, String what, CompletableFuture<Void> done, @Nullable String override) {
    note("at " + node.name + ": " + what);
    var _ =
        done.whenComplete((_, failure) -> {
          note(
              node.name
                  + (failure == null ? " did: " + what : " refused: " + failure.getMessage()));
          if (failure == null && override != null) {
            invariants.acknowledged(override);
          }
        });
  }

  private void nextFault() {
    if (healed) {
      return;
    }
    fault();
    in(between(1, 20), this::nextFault);
  }

  private void fault() {
    SimulatedNode node = nodes.get(chance.nextInt(nodes.size()));
    long lasts = between(0, chance.nextInt(3) == 0 ? 60 : 10);
    switch (chance.nextInt(12)) {
      case 0, 1, 2 -> link(node, "is cut off", lasts);
      case 3 -> link(node, "loses answers", lasts);
      case 4 -> link(node, "has silent watches", lasts);
      case 5 -> link(node, "is slow", lasts);
      case 6, 7 -> crash(node, lasts);
      case 8 -> pause(node, lasts);
      case 9 -> {
        note("the store is gone for all");
        nodes.forEach(each -> link(each, "is cut off", lasts));
      }
      case 10 -> {
        note("the store is compacted, and watches cut");
        store.compact();
        nodes.stream().filter(SimulatedNode::isRunning).forEach(each -> each.client().cutWatches());
      }
      default -> {
        if (node.isRunning()) {
          note(node.name + "'s watches are cut");
          node.client().cutWatches();
        }
      }
    }
  }

  private void link(SimulatedNode node, String how, long lasts) {
    if (!node.isRunning()) {
      return;
    }
    long id = ++faults;
    faultOf.put(node, id);
    note(node.name + " " + how);
    mend(node);
    switch (how) {
      case "is cut off" -> {
        node.client().unreachable(true);
        node.cut();
      }
      case "loses answers" -> {
        node.client().answersLost(true);
        node.harmed();
      }
      case "has silent watches" -> {
        node.client().watchesSilent(true);
        node.harmed();
      }
      default -> {
        node.client().slow(Duration.ofMillis(50 + chance.nextInt(800)));
        node.harmed();
      }
    }
    in(
        lasts,
        () -> {
          if (faultOf.getOrDefault(node, 0L) == id && node.isRunning()) {
            note(node.name + " is whole again");
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

  private void crash(SimulatedNode node, long lasts) {
    if (node.isRunning()) {
      note(node.name + " crashes");
      node.crash();
      in(lasts, () -> start(node));
    }
  }

  private void pause(SimulatedNode node, long lasts) {
    if (node.works()) {
      note(node.name + " is paused");
      node.pause(true);
      in(
          lasts,
          () -> {
            if (node.isRunning() && !node.works()) {
              note(node.name + " goes on");
              node.pause(false);
            }
          });
    }
  }

  private void heal() {
    note("all is healed");
    healed = true;
    dead.clear();
    brokenPaths.clear();
    faultOf.clear();
    for (SimulatedNode node : nodes) {
      start(node);
      node.pause(false);
      mend(node);
    }
    // Failbacks that wait for an operator, and overrides that wait to be cleared.
    for (int again = 1; again <= 3; again++) {
      in(
          20L * again * SECOND,
          () -> {
            SimulatedNode operators = nodes.getFirst();
            commanded(
                operators,
                "failback c.example.com",
                operators.publish().approveFailback("c.example.com"),
                null);
            for (String path : List.of("d.example.com/one", "d.example.com/one/192.0.2.9")) {
              commanded(operators, "clear " + path, operators.publish().clearOverride(path), path);
            }
          });
    }
  }
}
