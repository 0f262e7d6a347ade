package detour.server.trend;

import detour.failover.model.ProbeTarget;
import detour.failover.opinion.Observation;
import detour.server.publish.Agreed;
import detour.server.publish.Command;
import detour.server.publish.Inbox;
import detour.server.publish.Peers;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Keeps what the probes of this vantage found over the last hour. Its memory has a fixed bound:
/// the more targets there are, the longer are the steps in which their results are added up. Any
/// thread.
public final class ProbeTrends {
  private static final long STEP_NANOS = Duration.ofSeconds(10).toNanos();
  private static final int SLOTS = 360;
  private static final int LEVEL_MAX = 5;

  /// 22 octets each.
  private static final int TOTAL_SLOTS = 400_000;

  private static final long SPAN_NANOS = STEP_NANOS * SLOTS;

  private final int totalSlots;
  private final LongSupplier nowNanos;
  private final ConcurrentHashMap<ProbeTarget, Series> series = new ConcurrentHashMap<>();
  private final Object growing = new Object();
  private int level;

  /// @param nowNanos the monotonic clock that observations are timed by
  public ProbeTrends(LongSupplier nowNanos) {
    this(nowNanos, TOTAL_SLOTS);
  }

  ProbeTrends(LongSupplier nowNanos, int totalSlots) {
    this.nowNanos = nowNanos;
    this.totalSlots = totalSlots;
  }

  /// An inbox that keeps what it is told of probes, and passes everything on.
  public Inbox before(Inbox inbox) {
    return new Keeping(inbox);
  }

  /// What was found at a target; null when nothing is kept of it.
  public @Nullable Trend of(ProbeTarget target) {
    Series kept = series.get(target);
    return kept == null ? null : kept.trend(nowNanos.getAsLong());
  }

  void add(ProbeTarget target, Observation observation) {
    Series kept = series.get(target);
    if (kept == null) {
      kept = begin(target);
    }
    if (kept != null) {
      kept.add(observation);
    }
  }

  private @Nullable Series begin(ProbeTarget target) {
    synchronized (growing) {
      Series present = series.get(target);
      if (present != null) {
        return present;
      }
      if (!hasRoom()) {
        long longAgo = nowNanos.getAsLong() - SPAN_NANOS;
        series.values().removeIf(kept -> kept.endedBefore(longAgo));
      }
      while (!hasRoom() && level < LEVEL_MAX) {
        level++;
        series.values().forEach(Series::coarsen);
      }
      if (!hasRoom()) {
        return null;
      }
      Series begun = new Series(STEP_NANOS << level, SLOTS >> level, nowNanos.getAsLong());
      series.put(target, begun);
      return begun;
    }
  }

  private boolean hasRoom() {
    return (series.size() + 1L) * (SLOTS >> level) <= totalSlots;
  }

  private final class Keeping implements Inbox {
    private final Inbox inbox;

    private Keeping(Inbox inbox) {
      this.inbox = inbox;
    }

    @Override
    public void observed(ProbeTarget target, Observation observation) {
      inbox.observed(target, observation);
      add(target, observation);
    }

    @Override
    public void observed(List<Observed> results) {
      inbox.observed(results);
      results.forEach(result -> add(result.target(), result.observation()));
    }

    @Override
    public void resolved(String hostName, List<InetAddress> addresses) {
      inbox.resolved(hostName, addresses);
    }

    @Override
    public CompletableFuture<Void> command(Command command) {
      return inbox.command(command);
    }

    @Override
    public void peers(Peers.Change change) {
      inbox.peers(change);
    }

    @Override
    public void agreed(Agreed agreed) {
      inbox.agreed(agreed);
    }
  }
}
