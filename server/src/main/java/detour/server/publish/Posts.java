package detour.server.publish;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Where other programs post the states of endpoints that `push` checks look at. Any thread;
/// returns at once or after reading one small file.
public interface Posts {
  /// Takes nothing.
  Posts NONE = (name, token, post) -> Outcome.REFUSED;

  /// Takes a post for the checks of this name and token, in place of the one before it.
  Outcome post(String name, String token, Post post);

  /// What somebody says of endpoints.
  ///
  /// @param detail for people; one line, may be empty
  /// @param lasts how long it is to be believed; null for as long as the check says
  /// @param destination of the one endpoint it is about, as the configuration writes it; null for
  ///   all that have the check
  record Post(State state, String detail, @Nullable Duration lasts, @Nullable String destination) {}

  /// What is said.
  enum State {
    UP,
    DEGRADED,
    DOWN
  }

  /// What became of a post.
  enum Outcome {
    TAKEN,
    /// No check has this name and this token. Which of the two is wrong is not told.
    REFUSED,
    /// The check is not of an endpoint with this destination.
    NO_SUCH_ENDPOINT
  }
}
