package detour.server.publish;

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

  private TargetKey() {}

  /// A readable name and a digest of all that says what is tested; the digest, since settings may
  /// hold secrets. How often and how patiently is left out: an endpoint that is down must not be
  /// answered again because its check was tuned before a restart.
  public static String of(ProbeTarget target) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(tested(target).getBytes(StandardCharsets.UTF_8));
      return target.summary() + " #" + HexFormat.of().formatHex(digest, 0, DIGEST_OCTETS);
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
