package detour.server.probe.local;

import detour.failover.model.CheckSettings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Which file a `file` check looks at, and what it must be like.
///
/// @param path absolute, with `{address}` and `{destination}` still in it
/// @param maxAge how long ago it may have been written at most; null for any time
record FileSettings(String path, Content content, @Nullable Duration maxAge)
    implements CheckSettings {

  /// What the content says.
  enum Content {
    /// The first word is the state, as `up` or `down`.
    STATE,
    /// Nothing: that the file is there is enough.
    ANY
  }

  @Override
  public String summary() {
    return path;
  }
}
