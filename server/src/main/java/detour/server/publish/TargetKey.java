package detour.server.publish;

import detour.failover.model.OverridePath;
import detour.failover.model.ProbeOptions;
import detour.failover.model.ProbeTarget;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The text under which a target's opinion is saved: targets that test the same in the same place
/// have equal keys, across restarts and whatever their times and thresholds.
public final class TargetKey {
  private static final int DIGEST_OCTETS = 12;
  private static final int READABLE = 47;
  private static final String OTHER = "[^A-Za-z0-9.:_@-]";

  private TargetKey() {}

  /// A readable name and a digest of all that says what is tested; the digest, since settings may
  /// hold secrets. How often and how patiently is left out: an endpoint that is down must not be
  /// answered again because its check was tuned before a restart.
  public static String of(ProbeTarget target) {
    return target.summary() + " #" + digest(tested(target));
  }

  /// The text under which the verdict on an endpoint is saved, which is what all vantages together
  /// think of it. No target has such a key, since these end with a digest.
  static String ofVerdict(OverridePath endpoint) {
    return "verdict " + endpoint;
  }

  /// A key, [#of] a target, in the form under which vantages share what they think of it: readable
  /// in part, of letters, digits and `. : _ @ -` alone, and at most 72 characters long.
  public static String shared(String key) {
    String summary = key.substring(0, Math.max(0, key.lastIndexOf(" #")));
    String readable =
        summary.substring(0, Math.min(READABLE, summary.length())).replaceAll(OTHER, "_");
    return readable + "." + digest(key);
  }

  private static String digest(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, DIGEST_OCTETS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String tested(ProbeTarget target) {
    ProbeOptions options = target.check().options();
    return String.join(
        " ",
        target.check().kind(),
        target.check().settings().toString(),
        String.valueOf(options.target()),
        String.valueOf(options.source()),
        String.valueOf(options.inverted()));
  }
}
