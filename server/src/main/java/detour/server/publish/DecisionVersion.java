package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.selection.Selection;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// What is decided of a service, as a short text that is another one whenever it is decided
/// otherwise: which pool serves and why, which endpoints are healthy, and what operators said. What
/// a probe saw changes it only when it changed a decision.
final class DecisionVersion {
  private static final int DIGITS = 24;

  private DecisionVersion() {}

  /// @param view of that service; any thread
  static String of(LiveService live, LiveService.View view) {
    StringBuilder text = new StringBuilder();
    for (Selection selection : view.selections()) {
      text.append(selection.track())
          .append(' ')
          .append(selection.status())
          .append(' ')
          .append(selection.pool())
          .append(' ')
          .append(selection.sinceNanos())
          .append(' ')
          .append(selection.failbackAtNanos())
          .append('\n');
    }
    for (List<LiveEndpoint> pool : live.pools()) {
      pool.forEach(endpoint -> add(text, endpoint));
    }
    return hash(text);
  }

  private static void add(StringBuilder text, LiveEndpoint endpoint) {
    LiveEndpoint.View judged = endpoint.view();
    text.append(endpoint.path());
    if (judged != null) {
      OperatorOverride override = judged.health().override();
      text.append(' ').append(judged.health().healthy()).append(' ');
      text.append(override == null ? "" : override);
    }
    text.append('\n');
  }

  private static String hash(StringBuilder text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
