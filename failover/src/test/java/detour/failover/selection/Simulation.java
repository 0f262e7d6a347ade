package detour.failover.selection;

import detour.failover.model.Check;
import detour.failover.model.Checks;
import detour.failover.model.Endpoint;
import detour.failover.model.Health;
import detour.failover.model.Service;
import detour.failover.model.Vantage;
import detour.failover.model.VerdictPolicy;
import detour.failover.opinion.CombinedOpinion;
import detour.failover.opinion.Observation;
import detour.failover.opinion.Opinion;
import detour.failover.opinion.OpinionRules;
import detour.failover.verdict.EffectiveHealth;
import detour.failover.verdict.Presence;
import detour.failover.verdict.Verdict;
import detour.failover.verdict.VerdictRules;
import detour.failover.verdict.Vote;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Endpoints that fail by a script, vantages that probe them, and one node that decides, all on a
/// virtual clock. Times here are nanoseconds since the start of the simulation.
///
/// Probes start every interval, every fast interval while hurried, and never wait for each other. A
/// killed endpoint refuses at once; one that hangs, or whose packet is lost, fails by timeout.
final class Simulation {
  static final long MILLI = 1_000_000L;

  /// A probe without a result for so long is overdue, where suspicion is on.
  static final long OVERDUE_NANOS = 50 * MILLI;

  record Outage(EndpointPosition at, long from, long to, boolean hangs) {
    boolean covers(long now) {
      return now >= from && now < to;
    }
  }

  /// Whether a probe gets through, and whether a vantage takes part.
  interface Network {
    boolean delivers(int vantage, EndpointPosition at, long probe);

    default boolean present(int vantage, long now) {
      return true;
    }
  }

  /// Sees every step.
  interface Watcher {
    default void evaluated(
        long now, List<List<EndpointHealth>> health, @Nullable Selection before, Selection after) {}

    default void turned(int vantage, EndpointPosition at, Health from, Health to, long now) {}

    /// @param foretold the earliest decision as it was foretold after the result before
    default void foretold(long foretold, long now) {}
  }

  private record Event(long at, long order, Runnable action) {}

  private final Service service;
  private final Check check;
  private final VerdictPolicy policy;
  private final Network network;
  private final boolean suspicion;
  private final long origin;
  private final Random random;
  private final Watcher watcher;
  private final List<Outage> outages;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
  private final List<Prober> probers = new ArrayList<>();
  private final Map<EndpointPosition, Verdict> verdicts = new HashMap<>();
  private @Nullable Selection selection;
  private long now;
  private long order;
  private long timer;

  /// @param outages of each endpoint in order of time
  /// @param origin what the decisions' clock shows at the start
  Simulation(
      Service service,
      VerdictPolicy policy,
      Network network,
      List<Outage> outages,
      boolean suspicion,
      long origin,
      long seed,
      Watcher watcher) {
    this.service = service;
    this.policy = policy;
    this.network = network;
    this.outages = outages;
    this.suspicion = suspicion;
    this.origin = origin;
    this.watcher = watcher;
    random = new Random(seed);
    check = service.pools().getFirst().endpoints().getFirst().checks().checks().getFirst();
    for (int vantage = 0; vantage < policy.declaredVantages(); vantage++) {
      for (EndpointPosition at : positions(service)) {
        probers.add(new Prober(vantage, at));
      }
    }
  }

  static List<EndpointPosition> positions(Service service) {
    List<EndpointPosition> positions = new ArrayList<>();
    for (int pool = 0; pool < service.pools().size(); pool++) {
      for (int i = 0; i < service.pools().get(pool).endpoints().size(); i++) {
        positions.add(new EndpointPosition(pool, i));
      }
    }
    return positions;
  }

  void run(long until) {
    evaluate();
    for (Prober prober : probers) {
      schedule((long) (random.nextDouble() * check.interval().toNanos()), prober::start);
    }
    while (!events.isEmpty() && events.element().at() <= until) {
      Event event = events.remove();
      now = event.at();
      event.action().run();
    }
  }

  private void schedule(long at, Runnable action) {
    events.add(new Event(at, order++, action));
  }

  private void evaluate() {
    List<List<EndpointHealth>> health = health();
    Selection before = selection;
    Selection after =
        SelectionRules.next(service, Track.JOINT, before, health, origin + now, false);
    selection = after;
    watcher.evaluated(now, health, before, after);
    long mine = ++timer;
    OptionalLong next = after.nextEvaluationNanos();
    if (next.isPresent()) {
      schedule(
          next.getAsLong() - origin,
          () -> {
            if (mine == timer) {
              evaluate();
            }
          });
    }
  }

  private List<List<EndpointHealth>> health() {
    List<List<EndpointHealth>> health = new ArrayList<>();
    service.pools().forEach(_ -> health.add(new ArrayList<>()));
    for (EndpointPosition at : positions(service)) {
      List<Prober> watching = probers.stream().filter(p -> p.at.equals(at)).toList();
      Verdict verdict =
          VerdictRules.decide(
              policy, verdicts.get(at), watching.stream().map(Prober::vote).toList());
      verdicts.put(at, verdict);
      EffectiveHealth effective =
          EffectiveHealth.of(null, null, verdict, service.unknown(), Instant.EPOCH);
      Endpoint endpoint = service.pools().get(at.pool()).endpoints().get(at.endpoint());
      health
          .get(at.pool())
          .add(
              new EndpointHealth(
                  effective.healthy(),
                  effective.takenOut(),
                  effective.reason(),
                  combined(endpoint.checks(), watching.getFirst()).earliestDecisionNanos()));
    }
    return health;
  }

  private CombinedOpinion combined(Checks checks, Prober prober) {
    return CombinedOpinion.of(checks, List.of(prober.opinion), origin + now);
  }

  /// One vantage's probes of one endpoint.
  private final class Prober {
    private final int vantage;
    private final EndpointPosition at;
    private final Queue<Outage> script = new ArrayDeque<>();
    private final Set<Long> unfinished = new HashSet<>();
    private final Set<Long> overdue = new HashSet<>();
    private Opinion opinion = OpinionRules.initial(check.thresholds(), origin);
    private long probes;
    private long lastStart;
    private long planned;

    Prober(int vantage, EndpointPosition at) {
      this.vantage = vantage;
      this.at = at;
      outages.stream().filter(outage -> outage.at().equals(at)).forEach(script::add);
    }

    Vote vote() {
      return Vote.of(
          Vantage.of("v" + vantage),
          opinion.health(),
          network.present(vantage, now) ? Presence.PRESENT : Presence.ABSENT);
    }

    void start() {
      lastStart = now;
      long probe = ++probes;
      unfinished.add(probe);
      Outage outage = outage();
      boolean answers = network.delivers(vantage, at, probe) && (outage == null || !outage.hangs());
      long started = now;
      long took = answers ? MILLI + random.nextInt(20) * MILLI : check.timeout().toNanos();
      boolean passes = answers && outage == null;
      schedule(now + took, () -> finished(probe, passes, started));
      if (suspicion) {
        schedule(now + OVERDUE_NANOS, () -> suspect(probe));
      }
      plan();
    }

    private @Nullable Outage outage() {
      while (!script.isEmpty() && script.element().to() <= now) {
        script.remove();
      }
      return script.isEmpty() || !script.element().covers(now) ? null : script.element();
    }

    private void plan() {
      long mine = ++planned;
      long pause = hurried() ? check.fastInterval().toNanos() : check.interval().toNanos();
      schedule(
          Math.max(now, lastStart + pause),
          () -> {
            if (mine == planned) {
              start();
            }
          });
    }

    private boolean hurried() {
      return OpinionRules.pending(opinion) || !overdue.isEmpty();
    }

    private void suspect(long probe) {
      boolean before = hurried();
      if (unfinished.contains(probe)) {
        overdue.add(probe);
      }
      planAgainUnless(before);
    }

    private void finished(long probe, boolean passed, long started) {
      boolean hurriedBefore = hurried();
      unfinished.remove(probe);
      overdue.remove(probe);
      Opinion before = opinion;
      Observation observation =
          new Observation(passed, passed ? "ok" : "failed", origin + started, origin + now);
      opinion = OpinionRules.next(check.thresholds(), before, observation);
      planAgainUnless(hurriedBefore);
      if (opinion.health() != before.health()) {
        watcher.turned(vantage, at, before.health(), opinion.health(), now);
        Observation last = before.last();
        if (last != null) {
          long foretold = OpinionRules.earliestDecisionNanos(check, before, last.endNanos());
          watcher.foretold(foretold - origin, now);
        }
      }
      if (opinion.health() != before.health()
          || !opinion.changeStarts().equals(before.changeStarts())) {
        evaluate();
      }
    }

    private void planAgainUnless(boolean hurriedBefore) {
      if (hurried() != hurriedBefore) {
        plan();
      }
    }
  }
}
