package detour.server.publish;

import detour.failover.model.ProbeTarget;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The text under which a target's opinion is saved: equal targets have equal keys, across
/// restarts.
public final class TargetKey {
  private static final int DIGEST_OCTETS = 12;

  private TargetKey() {}

  /// A readable name and a digest of everything the check says; the digest, since settings may hold
  /// secrets.
  public static String of(ProbeTarget target) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(target.check().toString().getBytes(StandardCharsets.UTF_8));
      return target.summary() + " #" + HexFormat.of().formatHex(digest, 0, DIGEST_OCTETS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
