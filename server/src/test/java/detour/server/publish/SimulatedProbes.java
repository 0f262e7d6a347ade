package detour.server.publish;

import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;

/// Probers in simulated time, with the cadence of real ones: at the interval while nothing is
/// pending, else at the fast interval without waiting for each other.
final class SimulatedProbes implements ProbeControl {
  private static final long PASS_NANOS = 2_000_000;

  private final SettableTime time;
  private final World world;
  private final Random random = new Random(7);
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::atNanos));
  private final Map<ProbeTarget, Cadence> cadences = new HashMap<>();
  private int started;

  /// What is true of the targets.
  interface World {
    /// Whether a probe that starts now passes.
    boolean passes(ProbeTarget target, long nowNanos);

    /// Whether what fails hangs until its timeout; else it is refused at once.
    boolean hangs();
  }

  private static final class Cadence {
    private boolean pending;
    private int version;
  }

  /// @param startNanos of the probe that ends then; negative for the start of one
  private record Event(long atNanos, ProbeTarget target, int version, long startNanos) {}

  SimulatedProbes(SettableTime time, World world) {
    this.time = time;
    this.world = world;
  }

  @Override
  public void targets(Set<ProbeTarget> targets) {
    for (ProbeTarget target : targets) {
      if (cadences.putIfAbsent(target, new Cadence()) == null) {
        long spread = random.nextLong(target.check().interval().toNanos());
        events.add(new Event(now() + spread, target, 0, -1));
      }
    }
  }

  @Override
  public void pending(ProbeTarget target, boolean pending) {
    Cadence cadence = Objects.requireNonNull(cadences.get(target));
    cadence.pending = pending;
    cadence.version++;
    next(target, cadence);
  }

  @Override
  public void probeNow(ProbeTarget target) {
    probe(target);
  }

  @Override
  public void hostNames(Set<String> hostNames) {}

  int started() {
    return started;
  }

  /// When something happens next; Long.MAX_VALUE for never.
  long nextNanos() {
    Event first = events.peek();
    return first == null ? Long.MAX_VALUE : first.atNanos();
  }

  /// Lets everything happen whose time has come.
  void run(BiConsumer<ProbeTarget, Observation> observed) {
    while (nextNanos() <= now()) {
      Event event = events.remove();
      ProbeTarget target = event.target();
      Cadence cadence = Objects.requireNonNull(cadences.get(target));
      if (event.startNanos() >= 0) {
        // It takes the way back too: a link that was cut meanwhile swallows the answer.
        boolean passed = event.version() == 1 && world.passes(target, now());
        observed.accept(
            target, new Observation(passed, passed ? "ok" : "no", event.startNanos(), now()));
      } else if (event.version() == cadence.version) {
        probe(target);
        next(target, cadence);
      }
    }
  }

  private void next(ProbeTarget target, Cadence cadence) {
    long wait =
        (cadence.pending ? target.check().fastInterval() : target.check().interval()).toNanos();
    events.add(new Event(now() + wait, target, cadence.version, -1));
  }

  private void probe(ProbeTarget target) {
    started++;
    boolean passes = world.passes(target, now());
    long takes = passes || !world.hangs() ? PASS_NANOS : target.check().timeout().toNanos();
    events.add(new Event(now() + takes, target, passes ? 1 : 0, now()));
  }

  private long now() {
    return time.time().nowNanos();
  }
}
