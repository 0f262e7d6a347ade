package detour.server.cluster;

import detour.server.cluster.store.SimulatedStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/// A whole cluster in one thread and in simulated time: nodes, their store, what they probe, and
/// faults of all of them, every one of which follows from the seed.
///
/// It goes through three phases: some calm, in which everything starts; faults; and after all is
/// healed the time it takes to agree, and a little longer, in which nothing may change.
///
/// Nodes, probes, outages, faults and operators each draw from a chance of their own, so that one
/// more kind of the one changes as little as possible of the others.
final class SimulatedCluster {
  static final Duration LEASE = Duration.ofSeconds(9);
  static final Duration STALE_AFTER = Duration.ofSeconds(18);
  static final long SECOND = 1_000_000_000L;

  private static final long CALM_NANOS = 10 * SECOND;
  private static final long FAULTS_NANOS = 120 * SECOND;
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

  private final SimulatedWorld world;
  private final SimulatedStore store = new SimulatedStore(this::nowNanos);
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final List<String> trace = new ArrayList<>();
  private final SplittableRandom instances;
  private final SimulatedOutages outages;
  private final SimulatedFaults faults;
  private final SimulatedOperators operators;
  private final Invariants invariants;
  private final boolean loud;
  private long nowNanos = 3600 * SECOND;
  private final long startNanos = nowNanos;
  private long disturbedNanos = nowNanos;
  private long planned;
  private long steps;
  private Phase phase = Phase.CALM;

  /// How far it is.
  enum Phase {
    CALM,
    FAULTS,
    HEALED,
    OVER
  }

  private record Event(long atNanos, long order, Runnable happening) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return atNanos != other.atNanos
          ? Long.compare(atNanos, other.atNanos)
          : Long.compare(order, other.order);
    }
  }

  SimulatedCluster(long seed, boolean loud) {
    this.loud = loud;
    SplittableRandom chance = new SplittableRandom(seed);
    world = SimulatedWorld.of(chance.split());
    instances = chance.split();
    outages = new SimulatedOutages(this, chance.split());
    faults = new SimulatedFaults(this, chance.split());
    operators = new SimulatedOperators(this, chance.split());
    for (SimulatedWorld.Member member : world.members()) {
      boolean skewed = instances.nextInt(3) == 0;
      Duration skew = Duration.ofSeconds(skewed ? instances.nextInt(-600, 601) : 0);
      nodes.add(new SimulatedNode(member, this, instances.nextLong(3600 * SECOND), skew));
    }
    invariants = new Invariants(this);
    note("a world of " + world.text());
  }

  SimulatedWorld world() {
    return world;
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

  SimulatedNode anyNode(SplittableRandom chance) {
    return nodes.get(chance.nextInt(nodes.size()));
  }

  SimulatedOutages outages() {
    return outages;
  }

  SimulatedOperators operators() {
    return operators;
  }

  Invariants invariants() {
    return invariants;
  }

  Phase phase() {
    return phase;
  }

  /// How many steps were made.
  long steps() {
    return steps;
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

  /// Something happened that may move a latch.
  void disturb() {
    disturbedNanos = nowNanos;
  }

  /// Whether for so long nothing happened that may move a latch.
  boolean isQuietFor(Duration duration) {
    return nowNanos - disturbedNanos >= duration.toNanos();
  }

  void in(long nanos, Runnable happening) {
    events.add(new Event(nowNanos + nanos, planned++, happening));
  }

  /// Runs through all phases.
  ///
  /// @throws AssertionError when an invariant does not hold
  void run() {
    for (SimulatedNode node : nodes) {
      in(instances.nextLong(2 * SECOND), () -> start(node));
      outages.probe(node);
    }
    in(SECOND, this::look);
    in(
        CALM_NANOS,
        () -> {
          phase = Phase.FAULTS;
          outages.begin();
          faults.begin();
          operators.begin();
        });
    in(CALM_NANOS + FAULTS_NANOS, this::heal);
    while (phase != Phase.OVER) {
      step();
    }
  }

  private void step() {
    steps++;
    nowNanos = Math.max(nowNanos, nextNanos());
    for (Event event = events.peek();
        event != null && event.atNanos() <= nowNanos;
        event = events.peek()) {
      events.remove();
      event.happening().run();
    }
    store.run();
    for (SimulatedNode node : nodes) {
      if (node.works() && node.isDue()) {
        node.turn();
        invariants.turned(node);
      }
    }
  }

  private long nextNanos() {
    long next = store.nextNanos().orElse(Long.MAX_VALUE);
    Event event = events.peek();
    next = event == null ? next : Math.min(next, event.atNanos());
    for (SimulatedNode node : nodes) {
      next = node.works() ? Math.min(next, node.nextDueNanos()) : next;
    }
    return next;
  }

  private void look() {
    if (invariants.hold()) {
      phase = Phase.OVER;
    }
    in(SECOND, this::look);
  }

  void start(SimulatedNode node) {
    if (!node.isRunning()) {
      note(node.name + " starts");
      disturb();
      node.start(instances.split());
      invariants.started(node);
    }
  }

  private void heal() {
    note("all is healed");
    phase = Phase.HEALED;
    disturb();
    outages.heal();
    faults.heal();
    operators.tidyUp();
    invariants.healed();
  }
}
