package detour.failover.model;

import java.time.Duration;
import java.util.List;

/// What must be done before a service fails over, so that a half-dead primary is cut off first.
///
/// @param timeout how long the hook may take
/// @param onFailure what follows when it fails
/// @param onTimeout what follows when it has not ended in time
/// @param retry how long after a failure that holds the failover the hook is tried again
public record FencePolicy(
    Hook hook, Duration timeout, Outcome onFailure, Outcome onTimeout, Duration retry) {
  /// How a failover goes on without a successful fence.
  public enum Outcome {
    /// The service stays where it is, and the hook is tried again.
    HOLD,
    /// The service fails over all the same.
    PROCEED
  }

  /// What is run.
  public sealed interface Hook {
    /// A program and its arguments; exit status 0 means that the fence stands.
    record Command(List<String> words) implements Hook {
      public Command {
        words = List.copyOf(words);
      }
    }

    /// A URL that is sent a POST; a status from 200 to 299 means that the fence stands.
    record Webhook(String url) implements Hook {}
  }
}
