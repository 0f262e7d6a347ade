package detour.failover.opinion;

/// What one probe saw.
///
/// @param result how it ended
/// @param detail why it failed, or what was seen when it passed, as `200 OK` or `connection
///   refused`; one line
/// @param startNanos when the probe began, on the same monotonic clock that decisions use
/// @param endNanos when its outcome was known
public record Observation(Result result, String detail, long startNanos, long endNanos) {

  /// How a probe ends.
  public enum Result {
    PASSED,
    /// It passed, with a warning: the endpoint can serve, but others are to be preferred.
    DEGRADED,
    FAILED
  }

  /// An observation without a warning.
  public Observation(boolean passed, String detail, long startNanos, long endNanos) {
    this(passed ? Result.PASSED : Result.FAILED, detail, startNanos, endNanos);
  }

  public boolean passed() {
    return result != Result.FAILED;
  }

  public long durationNanos() {
    return endNanos - startNanos;
  }
}
