package detour.server.probe;

import detour.server.probe.text.OneLine;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How one probe ended.
///
/// @param detail one line of at most [OneLine#LENGTH_MAX] characters without control characters
/// @param steps what the probe did, in order, the step in which it failed last
/// @param address what was connected to; null when a host name could not be resolved
public record ProbeResult(
    Outcome outcome, String detail, List<Step> steps, @Nullable InetAddress address) {

  public ProbeResult {
    steps = List.copyOf(steps);
  }

  public boolean passed() {
    return outcome == Outcome.PASSED || outcome == Outcome.DEGRADED;
  }

  /// All steps together, in nanoseconds.
  public long nanos() {
    return steps.stream().mapToLong(Step::nanos).sum();
  }

  ProbeResult with(Outcome other, String text) {
    return new ProbeResult(other, OneLine.of(text), steps, address);
  }

  public enum Outcome {
    PASSED,
    /// Passed with a warning.
    DEGRADED,
    FAILED,
    /// Limits of this server kept the probe from being made; it says nothing about the endpoint.
    NOT_STARTED
  }

  /// A part of a probe: `resolve`, `connect`, `handshake`, `first byte`, `match`, or as its kind
  /// calls it.
  public record Step(String name, long nanos) {}
}
