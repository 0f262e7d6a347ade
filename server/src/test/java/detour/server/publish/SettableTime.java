package detour.server.publish;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/// Both clocks, moved by hand.
final class SettableTime {
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

  private final AtomicLong nanos = new AtomicLong(Duration.ofHours(1).toNanos());
  private final long startNanos = nanos.get();

  Time time() {
    return new Time(nanos::get, this::now);
  }

  Instant now() {
    return START.plusNanos(nanos.get() - startNanos);
  }

  void advance(Duration duration) {
    nanos.addAndGet(duration.toNanos());
  }
}
