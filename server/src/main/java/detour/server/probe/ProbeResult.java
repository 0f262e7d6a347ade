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
/// @param notes what else was seen, as a certificate's names, for `detour check`
public record ProbeResult(
    Outcome outcome,
    String detail,
    List<Step> steps,
    @Nullable InetAddress address,
    List<Note> notes) {

  public ProbeResult {
    steps = List.copyOf(steps);
    notes = List.copyOf(notes);
  }

  /// A result without notes.
  public ProbeResult(
      Outcome outcome, String detail, List<Step> steps, @Nullable InetAddress address) {
    this(outcome, detail, steps, address, List.of());
  }

  public boolean passed() {
    return outcome == Outcome.PASSED || outcome == Outcome.DEGRADED;
  }

  /// All steps together, in nanoseconds.
  public long nanos() {
    return steps.stream().mapToLong(Step::nanos).sum();
  }

  ProbeResult with(Outcome other, String text) {
    return new ProbeResult(other, OneLine.of(text), steps, address, notes);
  }

  public enum Outcome {
    PASSED,
    /// Passed with a warning.
    DEGRADED,
    FAILED,
    /// Limits of this server kept the probe from being made; it says nothing about the endpoint.
    NOT_STARTED
  }

  /// One thing that was seen.
  ///
  /// @param label a word or two, as `issuer`
  /// @param text one line of at most [#TEXT_LENGTH_MAX] characters without control characters
  public record Note(String label, String text) {
    static final int TEXT_LENGTH_MAX = 400;

    /// Text from elsewhere, made fit.
    static Note of(String label, String text) {
      return new Note(label, OneLine.of(text, TEXT_LENGTH_MAX));
    }
  }

  /// A part of a probe: `resolve`, `connect`, `handshake`, `first byte`, `match`, or as its kind
  /// calls it.
  public record Step(String name, long nanos) {}
}
