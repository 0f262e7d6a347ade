package detour.server.publish;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// The two clocks: a monotonic one that decisions use, and the wall clock that people read.
///
/// @param nanos monotonic nanoseconds, not negative, so that moments compare without wrapping
public record Time(LongSupplier nanos, InstantSource wall) {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long FARTHEST_SECONDS = 100L * 366 * 24 * 3600;

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
  /// What is more than a century away is as a century away, so that moments compare without
  /// wrapping.
  public long nanosAt(Instant instant) {
    long seconds = Duration.between(now(), instant).toSeconds();
    if (Math.abs(seconds) > FARTHEST_SECONDS) {
      return nowNanos() + Long.signum(seconds) * FARTHEST_SECONDS * NANOS_PER_SECOND;
    }
    return nowNanos() + Duration.between(now(), instant).toNanos();
  }
}
