package detour.server.access;

import detour.server.files.FollowedFiles;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tokens in force. Follows their file: whoever shows a secret is judged by what the file held
/// at most a second ago. A file that will not do changes nothing, and is told as [#trouble].
public final class Tokens {
  private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);

  private final TokenFile file;
  private final InstantSource clock;

  /// Guarded by this, as all below.
  private Map<String, Token> byHash;

  private final FollowedFiles followed;
  private @Nullable String trouble;

  /// @throws IllegalArgumentException when the file cannot be read to begin with
  public Tokens(TokenFile file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
    this.followed = new FollowedFiles(clock, file.path());
    this.byHash = read();
  }

  /// The token of a secret; empty when it is none, or no longer one.
  public Optional<Token> of(String secret) {
    Instant now = clock.instant();
    // Found by its hash: how long that takes tells of the hash, from which no secret follows.
    Token token = current().get(Secret.hash(secret));
    return token == null || token.isExpired(now) ? Optional.empty() : Optional.of(token);
  }

  /// Why the file is not what counts; null when it is.
  public @Nullable String trouble() {
    var _ = current();
    synchronized (this) {
      return trouble;
    }
  }

  private synchronized Map<String, Token> current() {
    if (followed.haveChanged()) {
      take();
    }
    return byHash;
  }

  private synchronized void take() {
    try {
      byHash = read();
      trouble = null;
      LOG.info("{} holds {} tokens", file.path(), byHash.size());
    } catch (IllegalArgumentException e) {
      trouble = "the tokens of the API are those before the last change: " + e.getMessage();
      LOG.warn("{}", trouble);
    }
  }

  private Map<String, Token> read() {
    return file.tokens().stream().collect(Collectors.toMap(Token::hash, Function.identity()));
  }
}
