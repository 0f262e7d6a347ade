package detour.server.publish;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// The two clocks: a monotonic one that decisions use, and the wall clock that people read.
///
/// @param nanos monotonic nanoseconds, not negative, so that moments compare without wrapping
public record Time(LongSupplier nanos, InstantSource wall) {
  public static Time system() {
    long origin = System.nanoTime();
    return new Time(() -> System.nanoTime() - origin, InstantSource.system());
  }

  public long nowNanos() {
    return nanos.getAsLong();
  }

  public Instant now() {
    return wall.instant();
  }

  /// The wall-clock time of a moment of the monotonic clock, by the difference from now.
  public Instant at(long momentNanos) {
    return now().plusNanos(momentNanos - nowNanos());
  }

  /// The moment of the monotonic clock at which the wall clock will show this, if it runs evenly.
  public long nanosAt(Instant instant) {
    return nowNanos() + Duration.between(now(), instant).toNanos();
  }
}
