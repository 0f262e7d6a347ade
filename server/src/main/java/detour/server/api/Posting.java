package detour.server.api;

import detour.server.access.Guesses;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.publish.Posts;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The route by which other programs post the state of endpoints, each by the token of a check.
final class Posting {
  private static final Logger LOG = LoggerFactory.getLogger(Posting.class);
  private static final int DETAIL_LIMIT = 200;
  private static final int TOKEN_LIMIT = 512;
  private static final String SCHEME = "Bearer ";

  private final Posts posts;
  private final Guesses guesses;
  private final Metrics metrics;

  Posting(Posts posts, Guesses guesses, Metrics metrics) {
    this.posts = posts;
    this.guesses = guesses;
    this.metrics = metrics;
  }

  void put(Exchange exchange) throws IOException {
    exchange.allowOnly();
    String name = exchange.segment("name");
    String token = token(exchange);
    holdBack(exchange, name);
    RequestBody body = RequestBody.readOrEmpty(exchange, "state", "detail", "ttl", "endpoint");
    Posts.Post post =
        new Posts.Post(
            state(body.optional("state")),
            detail(body.optional("detail")),
            lasts(body.optional("ttl")),
            body.optional("endpoint"));
    switch (posts.post(name, token, post)) {
      case TAKEN -> {
        guesses.right(name, exchange.from());
        exchange.json(
            200,
            new ChangeReport(name + " is " + post.state().name().toLowerCase(Locale.ROOT), null));
      }
      case REFUSED -> throw wrong(exchange);
      case NO_SUCH_ENDPOINT -> {
        guesses.right(name, exchange.from());
        throw new Refused(
            404, "no endpoint '" + post.destination() + "' has the check " + name, "endpoint");
      }
    }
  }

  /// People chose these tokens, so whoever was wrong too often may not go on guessing.
  private void holdBack(Exchange exchange, String name) {
    int waitSeconds = guesses.waitSeconds(name, exchange.from());
    if (waitSeconds > 0) {
      exchange.responseHeader("Retry-After", Integer.toString(waitSeconds));
      throw new Refused(
          429,
          "too many wrong tokens from %s: try again in %d s"
              .formatted(exchange.from().getHostAddress(), waitSeconds),
          "Authorization");
    }
  }

  private Refused wrong(Exchange exchange) {
    metrics.count(Counter.API_TOKENS_REFUSED);
    if (guesses.wrong(exchange.from())) {
      LOG.warn(
          "a post of {} with a wrong token was refused; more of them go without a line",
          exchange.from().getHostAddress());
    }
    return unauthorized(exchange, "no push check of this name takes this token");
  }

  private static String token(Exchange exchange) {
    String header = exchange.header("Authorization");
    // RFC 9110 section 11.1: the scheme is case-insensitive.
    if (header == null
        || header.length() > TOKEN_LIMIT + SCHEME.length()
        || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw unauthorized(exchange, "expected the check's token, as Authorization: Bearer TOKEN");
    }
    return header.substring(SCHEME.length()).strip();
  }

  /// RFC 9110 section 11.6.1: a 401 names the scheme that is expected.
  private static Refused unauthorized(Exchange exchange, String detail) {
    exchange.responseHeader("WWW-Authenticate", "Bearer");
    return new Refused(401, detail, "Authorization");
  }

  private static Posts.State state(@Nullable String text) {
    if (text == null) {
      return Posts.State.UP;
    }
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "up" -> Posts.State.UP;
      case "degraded" -> Posts.State.DEGRADED;
      case "down" -> Posts.State.DOWN;
      default -> throw new BadRequest("state", "'" + text + "': expected up, degraded or down");
    };
  }

  private static String detail(@Nullable String text) {
    if (text == null) {
      return "";
    }
    if (text.length() > DETAIL_LIMIT || text.chars().anyMatch(Character::isISOControl)) {
      throw new BadRequest(
          "detail", "expected one line of at most " + DETAIL_LIMIT + " printable characters");
    }
    return text;
  }

  private static @Nullable Duration lasts(@Nullable String text) {
    if (text == null) {
      return null;
    }
    Duration lasts = Durations.parse(text);
    if (lasts == null || lasts.isZero()) {
      throw new BadRequest("ttl", "'" + text + "': expected a time as 90s, 30m, 2h or 1d");
    }
    return lasts;
  }
}
