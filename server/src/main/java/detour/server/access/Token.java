package detour.server.access;

import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One token as it is kept: everything but the secret.
///
/// @param name whose it is; stands in the history beside what was done with it
/// @param hash of its secret, as [Secret#hash] makes it
/// @param expires from when on it counts no more; null for never
public record Token(
    String name, Role role, String hash, Instant created, @Nullable Instant expires) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,47}");
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  /// @throws IllegalArgumentException when name or hash will not do
  public Token {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'%s' is no name of a token: expected at most 48 letters, digits, '.', '_' and '-', the first a letter or digit"
              .formatted(name));
    }
    if (!HASH.matcher(hash).matches()) {
      throw new IllegalArgumentException("expected the hash as 64 hexadecimal digits");
    }
  }

  public boolean isExpired(Instant now) {
    return expires != null && !now.isBefore(expires);
  }
}
