package detour.server.probe;

import detour.failover.model.Check;
import detour.failover.model.ProbeTarget;
import detour.server.metrics.Metrics;
import detour.server.probe.tls.TrustStores;
import detour.server.publish.Inbox;
import detour.server.publish.ProbeControl;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Probes every target at its interval and host names beside them, for as long as it is open.
///
/// Each target belongs to one [Lane], an event loop that starts its probes and receives their
/// results; lanes share nothing. The methods here may be called by any thread and return at once.
public final class ProbeSchedule implements ProbeControl, AutoCloseable {
  private static final long FIRST_SPREAD_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier nanoClock;
  private final RandomGenerator random;
  private final List<LaneSchedule> lanes;
  private final HostNameWatch hostNames;
  private final Consumer<Set<ProbeTarget>> onTargets;
  private final Runnable onClose;

  /// Under the lock of this object.
  private Map<ProbeTarget, ScheduledTarget> scheduled = new HashMap<>();

  private int nextLane;

  /// @param kinds the kinds that targets may have
  /// @param resolver closed with this schedule
  /// @param nanoClock the monotonic clock of observations, which decisions share
  /// @param threads how many event loops, at least 1
  /// @param budget how many sockets may be open at one time; further probes wait, and further
  ///   endpoints are checked without a tripwire
  public ProbeSchedule(
      Inbox inbox,
      Metrics metrics,
      List<ProbeKind> kinds,
      HostResolver resolver,
      LongSupplier nanoClock,
      int threads,
      DescriptorBudget budget) {
    ProbeTransport transport = new ProbeTransport(threads);
    TrustStores trust = new TrustStores();
    Prober prober = new Prober(transport, resolver, trust, nanoClock);
    Map<String, ProbeKind> kindsByName = new HashMap<>();
    kinds.forEach(kind -> kindsByName.put(kind.name(), kind));
    List<Lane> loops = new ArrayList<>();
    for (EventLoop loop : transport.loops()) {
      loops.add(new LoopLane(loop, prober, kindsByName));
    }
    this(
        inbox,
        metrics,
        resolver,
        nanoClock,
        RandomGenerator.getDefault(),
        loops,
        budget,
        targets -> {
          trust.forget();
          kinds.forEach(kind -> kind.probing(targets));
        },
        () -> {
          kinds.forEach(ProbeKind::stop);
          transport.close();
          resolver.close();
        });
  }

  ProbeSchedule(
      Inbox inbox,
      Metrics metrics,
      HostResolver resolver,
      LongSupplier nanoClock,
      RandomGenerator random,
      List<? extends Lane> loops,
      DescriptorBudget budget,
      Consumer<Set<ProbeTarget>> onTargets,
      Runnable onClose) {
    this.nanoClock = nanoClock;
    this.random = random;
    int inFlightMaxPerLane = Math.max(1, budget.probes() / loops.size());
    TripwireLimit tripwires = new TripwireLimit(budget.tripwires(), metrics);
    RandomGeneratorFactory<RandomGenerator> randoms = RandomGeneratorFactory.getDefault();
    this.lanes =
        loops.stream()
            .map(lane ->
                new LaneSchedule(
                    lane,
                    inbox,
                    metrics,
                    nanoClock,
                    randoms.create(random.nextLong()),
                    inFlightMaxPerLane,
                    tripwires))
            .toList();
    this.hostNames = new HostNameWatch(loops.getFirst(), resolver, inbox, metrics, random);
    this.onTargets = onTargets;
    this.onClose = onClose;
  }

  @Override
  public synchronized void targets(Set<ProbeTarget> targets) {
    onTargets.accept(targets);
    Map<ProbeTarget, ScheduledTarget> next = HashMap.newHashMap(targets.size());
    List<List<ScheduledTarget>> added = listForEachLane();
    List<List<ScheduledTarget>> removed = listForEachLane();
    long nowNanos = nanoClock.getAsLong();
    for (ProbeTarget target : targets) {
      ScheduledTarget known = scheduled.get(target);
      if (known == null) {
        nextLane = (nextLane + 1) % lanes.size();
        known = new ScheduledTarget(target, nextLane, firstStart(target, nowNanos));
        added.get(nextLane).add(known);
      }
      next.put(target, known);
    }
    scheduled.forEach((target, state) -> {
      if (!next.containsKey(target)) {
        state.remove();
        removed.get(state.lane()).add(state);
      }
    });
    scheduled = next;
    for (int i = 0; i < lanes.size(); i++) {
      lanes.get(i).removed(removed.get(i));
      lanes.get(i).add(added.get(i));
    }
  }

  private List<List<ScheduledTarget>> listForEachLane() {
    List<List<ScheduledTarget>> lists = new ArrayList<>();
    lanes.forEach(lane -> lists.add(new ArrayList<>()));
    return lists;
  }

  @Override
  public synchronized void pending(ProbeTarget target, boolean pending) {
    ScheduledTarget state = scheduled.get(target);
    if (state != null) {
      lanes.get(state.lane()).pending(state, pending);
    }
  }

  @Override
  public synchronized void probeNow(ProbeTarget target) {
    ScheduledTarget state = scheduled.get(target);
    if (state != null) {
      lanes.get(state.lane()).probeNow(state);
    }
  }

  @Override
  public void hostNames(Set<String> names) {
    hostNames.watch(new HashSet<>(names));
  }

  /// Stops everything within a second; probes under way are broken off and not reported.
  @Override
  public void close() {
    targets(Set.of());
    hostNames(Set.of());
    onClose.run();
  }

  /// New targets start within a second, so that health is soon known, and not all at once.
  private long firstStart(ProbeTarget target, long nowNanos) {
    long intervalNanos = target.check().interval().toNanos();
    return nowNanos + random.nextLong(Math.max(1, Math.min(intervalNanos, FIRST_SPREAD_NANOS)));
  }

  /// A lane on an event loop, with real probes.
  private record LoopLane(EventLoop loop, Prober prober, Map<String, ProbeKind> kinds)
      implements Lane {
    @Override
    public void execute(Runnable task) {
      try {
        loop.execute(task);
      } catch (RejectedExecutionException closed) {
        // Closing: nothing is to be done any more.
      }
    }

    @Override
    public void after(long delayNanos, Runnable task) {
      try {
        var _ = loop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException closed) {
        // Closing: nothing is to be done any more.
      }
    }

    @Override
    public void probe(ProbeTarget target, Consumer<ProbeResult> done) {
      prober.start(loop, kind(target), target.check(), target.destination(), done);
    }

    @Override
    public OptionalInt portToHold(ProbeTarget target) {
      return kind(target).portToHold(target.check().settings());
    }

    @Override
    public Held hold(ProbeTarget target, InetAddress address, int port, Watcher watcher) {
      Check check = target.check();
      return prober
          .transport()
          .hold(
              loop,
              check.options().source(),
              new InetSocketAddress(address, port),
              (int) Math.max(1, check.timeout().toMillis()),
              watcher);
    }

    private ProbeKind kind(ProbeTarget target) {
      ProbeKind kind = kinds.get(target.check().kind());
      if (kind == null) {
        throw new IllegalStateException("no kind of check '" + target.check().kind() + "'");
      }
      return kind;
    }
  }
}
