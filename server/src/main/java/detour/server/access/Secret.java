package detour.server.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/// What a caller shows to prove who it is: 256 random bits as text. It is made here and never by a
/// person, so its plain hash tells nothing of it.
public final class Secret {
  /// So that a secret in a place where none belongs is found.
  private static final String PREFIX = "detour_";

  private static final int RANDOM_BYTES = 32;

  private Secret() {}

  /// A new one, as `detour_` and 43 letters, digits, `-` and `_`.
  public static String next(SecureRandom random) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /// The SHA-256 of a secret, as 64 hexadecimal digits: what is kept of it.
  public static String hash(String secret) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
