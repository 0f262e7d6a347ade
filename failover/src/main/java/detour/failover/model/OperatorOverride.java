package detour.failover.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What an operator said of an endpoint or of all endpoints of a pool; it beats the verdict.
///
/// @param expires when it ends by itself; null for never
public record OperatorOverride(
    State state, String reason, String author, Instant since, @Nullable Instant expires) {
  /// UP and DOWN force the health; DRAIN takes the endpoint out of new answers as DOWN does, and
  /// says that it is meant to be switched off once no resolver may hold it.
  public enum State {
    UP,
    DOWN,
    DRAIN
  }
}
