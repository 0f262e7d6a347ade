package detour.server.probe;

import detour.failover.model.ProbeTarget;
import detour.server.metrics.Metrics;
import detour.server.probe.tls.TrustStores;
import detour.server.publish.Inbox;
import detour.server.publish.ProbeControl;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// Probes every target at its interval and host names beside them, for as long as it is open.
///
/// Each target belongs to one [Lane], an event loop that starts its probes and receives their
/// results; lanes share nothing. The methods here may be called by any thread and return at once.
public final class ProbeSchedule implements ProbeControl, AutoCloseable {
  /// How many probes may be under way at one time by default.
  public static final int IN_FLIGHT_MAX = 8192;

  private static final long FIRST_SPREAD_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier nanoClock;
  private final RandomGenerator random;
  private final List<LaneSchedule> lanes;
  private final HostNameWatch hostNames;
  private final Runnable onTargets;
  private final Runnable onClose;

  /// Under the lock of this object.
  private Map<ProbeTarget, ScheduledTarget> scheduled = new HashMap<>();

  private int nextLane;

  /// @param kinds the kinds that targets may have
  /// @param resolver closed with this schedule
  /// @param nanoClock the monotonic clock of observations, which decisions share
  /// @param threads how many event loops, at least 1
  /// @param inFlightMax how many probes may be under way at one time; further ones wait
  public ProbeSchedule(
      Inbox inbox,
      Metrics metrics,
      List<ProbeKind> kinds,
      HostResolver resolver,
      LongSupplier nanoClock,
      int threads,
      int inFlightMax) {
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
        inFlightMax,
        trust::forget,
        () -> {
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
      int inFlightMax,
      Runnable onTargets,
      Runnable onClose) {
    this.nanoClock = nanoClock;
    this.random = random;
    int inFlightMaxPerLane = Math.max(1, inFlightMax / loops.size());
    this.lanes =
        loops.stream()
            .map(lane -> new LaneSchedule(lane, inbox, metrics, nanoClock, inFlightMaxPerLane))
            .toList();
    this.hostNames = new HostNameWatch(loops.getFirst(), resolver, inbox, metrics, random);
    this.onTargets = onTargets;
    this.onClose = onClose;
  }

  @Override
  public synchronized void targets(Set<ProbeTarget> targets) {
    onTargets.run();
    Map<ProbeTarget, ScheduledTarget> next = HashMap.newHashMap(targets.size());
    List<List<ScheduledTarget>> added = new ArrayList<>();
    lanes.forEach(lane -> added.add(new ArrayList<>()));
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
      }
    });
    scheduled = next;
    for (int i = 0; i < lanes.size(); i++) {
      if (!added.get(i).isEmpty()) {
        lanes.get(i).add(added.get(i), random.nextLong());
      }
    }
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
      ProbeKind kind = kinds.get(target.check().kind());
      if (kind == null) {
        throw new IllegalStateException("no kind of check '" + target.check().kind() + "'");
      }
      prober.start(loop, kind, target.check(), target.destination(), done);
    }
  }
}
