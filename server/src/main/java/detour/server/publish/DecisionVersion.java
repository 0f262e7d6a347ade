package detour.server.publish;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.failover.selection.Selection;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/// What is decided of a service, as a short text that is another one whenever it is decided
/// otherwise: which pool serves and why, which endpoints are healthy, and what operators said:
/// plans and what waits for an approval too. What a probe saw changes it only when it changed a
/// decision.
final class DecisionVersion {
  private static final int DIGITS = 24;

  private DecisionVersion() {}

  /// @param view of that service; any thread
  static String of(LiveService live, LiveService.View view, Overrides overrides) {
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
    // All layers, for those that are not in force yet are among what was decided.
    said(live)
        .forEach(path -> {
          OperatorOverride said = overrides.of(path);
          if (said != null) {
            text.append(path).append(' ').append(said).append('\n');
          }
        });
    return hash(text);
  }

  private static void add(StringBuilder text, LiveEndpoint endpoint) {
    LiveEndpoint.View judged = endpoint.view();
    text.append(endpoint.path()).append(' ');
    text.append(judged != null && judged.health().healthy()).append('\n');
  }

  private static Stream<OverridePath> said(LiveService live) {
    return Stream.concat(
        live.service().pools().stream()
            .map(pool -> new OverridePath(live.service().name(), pool.name(), null)),
        live.pools().stream().flatMap(List::stream).map(LiveEndpoint::path));
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
