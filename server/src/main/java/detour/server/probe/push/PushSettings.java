package detour.server.probe.push;

import detour.failover.model.CheckSettings;
import detour.server.probe.text.Fingerprint;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Under what name a `push` check is posted to, and by whom.
///
/// @param token what a post must carry; null when it stands in `tokenFile`
/// @param tokenFile null when there is a `token`
/// @param deadline a state that was posted longer ago is no longer believed
record PushSettings(
    String name, @Nullable String token, @Nullable Path tokenFile, Duration deadline)
    implements CheckSettings {
  @Override
  public String summary() {
    return name;
  }

  /// Equal for equal settings, and without the token, since it is written to logs and to disk.
  @Override
  public String toString() {
    return "PushSettings[name=%s, token=%s, tokenFile=%s, deadline=%s]"
        .formatted(name, token == null ? null : Fingerprint.of(token), tokenFile, deadline);
  }
}
