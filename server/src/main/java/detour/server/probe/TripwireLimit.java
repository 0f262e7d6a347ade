package detour.server.probe;

import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How many idle connections are held, and how many may be. Any thread.
final class TripwireLimit {
  private static final Logger LOG = LoggerFactory.getLogger(TripwireLimit.class);

  private final int max;
  private final Metrics metrics;
  private final AtomicInteger held = new AtomicInteger();
  private final AtomicBoolean told = new AtomicBoolean();

  TripwireLimit(int max, Metrics metrics) {
    this.max = max;
    this.metrics = metrics;
  }

  /// Whether one more may be held; then it counts until [#release].
  boolean acquire() {
    if (held.incrementAndGet() <= max) {
      metrics.tripwiresHeld(1);
      return true;
    }
    held.decrementAndGet();
    metrics.count(Counter.TRIPWIRES_REFUSED);
    if (told.compareAndSet(false, true)) {
      LOG.warn(
          "{} tripwires are held, as many as the limit of open files leaves room for; further"
              + " endpoints are checked without one: raise the limit (LimitNOFILE), or set"
              + " tripwire: false where it matters least",
          max);
    }
    return false;
  }

  void release() {
    held.decrementAndGet();
    metrics.tripwiresHeld(-1);
  }
}
