package detour.server.cluster;

import detour.failover.model.OverridePath;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Under which keys a cluster keeps what. Parts of a key are URL-encoded, so that a slash parts.
///
/// @param root what all keys of the cluster begin with
record Keys(String root) {
  private static final String VANTAGES = "vantages";
  private static final String PRESENCE = "presence";
  private static final String OPINIONS = "opinions";
  private static final String SIGHTS = "sights";
  private static final String WATCHED = "watched";
  private static final String LATCHES = "latches";
  private static final String OVERRIDES = "overrides";
  private static final String SAFETY = "safety";
  private static final String TURN = "turn";
  private static final String FENCES = "fences";
  private static final String CONFIG = "config";
  private static final String CURRENT = "current";

  static Keys of(String cluster) {
    return new Keys("/detour/" + encoded(cluster) + "/");
  }

  /// What a key is about.
  sealed interface Subject {
    record Presence(String vantage) implements Subject {}

    /// @param target by [detour.server.publish.TargetKey#shared]
    record Opinion(String vantage, String target) implements Subject {}

    /// What a vantage tells of its probes of a service.
    record Sight(String vantage, String service) implements Subject {}

    /// That somebody at a node looks at a service.
    record Watched(String node, String service) implements Subject {}

    /// @param key that of the latch, [detour.server.publish.Latch#key()]
    record Latch(String service, String family, String key) implements Subject {}

    record Overriding(OverridePath path) implements Subject {}

    /// Written with every override that safety rules were asked for: who judged by less than all of
    /// them is told so.
    record Turn() implements Subject {}

    /// Which configuration all nodes shall run.
    record Configuration() implements Subject {}
  }

  String configuration() {
    return key(CONFIG, CURRENT);
  }

  String presence(String vantage) {
    return key(VANTAGES, vantage, PRESENCE);
  }

  String opinion(String vantage, String target) {
    return key(VANTAGES, vantage, OPINIONS, target);
  }

  /// What the keys of all opinions of a vantage begin with.
  String opinions(String vantage) {
    return opinion(vantage, "");
  }

  String sight(String vantage, String service) {
    return key(VANTAGES, vantage, SIGHTS, service);
  }

  /// What the keys of all sights of a vantage begin with.
  String sights(String vantage) {
    return sight(vantage, "");
  }

  String watched(String node, String service) {
    return key(WATCHED, node, service);
  }

  /// What the keys of all services that a node looks at begin with.
  String watched(String node) {
    return watched(node, "");
  }

  String latch(detour.server.publish.Latch latch) {
    return latch(latch.service(), latch.family());
  }

  String latch(String service, String family) {
    return key(LATCHES, service, family);
  }

  /// Of [Subject.Turn].
  String turn() {
    return key(SAFETY, TURN);
  }

  String fence(String service, String family) {
    return key(FENCES, service, family);
  }

  String override(OverridePath path) {
    return path.endpoint() == null
        ? key(OVERRIDES, path.service(), path.pool())
        : key(OVERRIDES, path.service(), path.pool(), path.endpoint());
  }

  /// Null for a key that this version knows nothing of.
  @Nullable Subject subject(String key) {
    if (!key.startsWith(root)) {
      return null;
    }
    List<String> parts;
    try {
      parts =
          Stream.of(key.substring(root.length()).split("/", -1))
              .map(part -> URLDecoder.decode(part, StandardCharsets.UTF_8))
              .toList();
    } catch (IllegalArgumentException e) {
      return null;
    }
    return switch (parts.getFirst()) {
      case VANTAGES -> ofVantage(parts);
      case WATCHED -> parts.size() == 3 ? new Subject.Watched(parts.get(1), parts.get(2)) : null;
      case LATCHES ->
          parts.size() == 3
              ? new Subject.Latch(
                  parts.get(1),
                  parts.get(2),
                  detour.server.publish.Latch.key(parts.get(1), parts.get(2)))
              : null;
      case OVERRIDES ->
          parts.size() == 3 || parts.size() == 4
              ? new Subject.Overriding(
                  new OverridePath(
                      parts.get(1), parts.get(2), parts.size() == 4 ? parts.get(3) : null))
              : null;
      case SAFETY -> parts.size() == 2 && parts.get(1).equals(TURN) ? new Subject.Turn() : null;
      case CONFIG ->
          parts.size() == 2 && parts.get(1).equals(CURRENT) ? new Subject.Configuration() : null;
      default -> null;
    };
  }

  private static @Nullable Subject ofVantage(List<String> parts) {
    if (parts.size() == 3 && parts.get(2).equals(PRESENCE)) {
      return new Subject.Presence(parts.get(1));
    }
    if (parts.size() != 4) {
      return null;
    }
    return switch (parts.get(2)) {
      case OPINIONS -> new Subject.Opinion(parts.get(1), parts.get(3));
      case SIGHTS -> new Subject.Sight(parts.get(1), parts.get(3));
      default -> null;
    };
  }

  private String key(String... parts) {
    return root + String.join("/", Stream.of(parts).map(Keys::encoded).toList());
  }

  private static String encoded(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8);
  }
}
