package detour.failover.opinion;

/// What one probe saw.
///
/// @param detail why it failed, or what was seen when it passed, as `200 OK` or `connection
///   refused`; one line
/// @param startNanos when the probe began, on the same monotonic clock that decisions use
/// @param endNanos when its outcome was known
public record Observation(boolean passed, String detail, long startNanos, long endNanos) {
  public long durationNanos() {
    return endNanos - startNanos;
  }
}
