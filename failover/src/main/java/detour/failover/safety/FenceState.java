package detour.failover.safety;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How far the fence before a failover has come.
///
/// @param at when it came there
/// @param by the node that runs the hook, or ran it
/// @param detail what the hook said, one line; empty for nothing
public record FenceState(Stage stage, Instant at, String by, String detail) {
  public enum Stage {
    /// The hook runs.
    RUNNING,
    /// It ended well.
    STOOD,
    /// It ended badly, or could not be started.
    FAILED,
    /// It did not end in time.
    TIMED_OUT
  }

  /// What is to be done next.
  public sealed interface Step {
    /// The service may fail over.
    ///
    /// @param without why without a fence that stands; null where it stands
    record Go(@Nullable String without) implements Step {}

    /// Nothing before this moment, or before the state changes.
    ///
    /// @param why one sentence without a final full stop
    record Wait(Instant until, String why) implements Step {}

    /// The hook is to be run.
    record Run() implements Step {}
  }
}
