package detour.server.metrics;

import java.util.concurrent.atomic.LongAdder;

/// Where everything is counted. Any thread.
public final class Metrics {
  private final LongAdder[] counts = new LongAdder[Counter.values().length];

  public Metrics() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  public void count(Counter counter) {
    counts[counter.ordinal()].increment();
  }

  public void add(Counter counter, long amount) {
    counts[counter.ordinal()].add(amount);
  }

  public long value(Counter counter) {
    return counts[counter.ordinal()].sum();
  }

  /// One probe that ended.
  public void probed(String kind, boolean passed, long durationNanos) {}
}
