package detour.server.api;

import detour.server.access.Role;
import detour.server.access.Token;
import detour.server.access.Tokens;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds out who calls by the token they show (RFC 6750 section 2.1), and whether they may.
final class Authentication {
  private static final Logger LOG = LoggerFactory.getLogger(Authentication.class);
  private static final String SCHEME = "Bearer ";
  private static final int TOKEN_LIMIT = 512;

  private final ApiAccess access;
  private final Metrics metrics;

  Authentication(ApiAccess access, Metrics metrics) {
    this.access = access;
    this.metrics = metrics;
  }

  /// Who calls.
  ///
  /// @param needed what the route needs; null for nothing, and then no token is looked at
  /// @throws Refused when they may not, or show a token that is none
  Caller admit(Request request, Response response, @Nullable Role needed) {
    InetAddress from = address(request);
    if (needed == null) {
      return new Caller(null, null, from);
    }
    String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
    Caller caller =
        header == null
            ? new Caller(null, from.isLoopbackAddress() ? access.withoutToken() : null, from)
            : known(header, from, response);
    if (caller.role() == null) {
      challenge(response, "");
      throw new Refused(401, "this needs a token" + howTo(needed), "Authorization");
    }
    if (!caller.role().includes(needed)) {
      throw lacking(caller, needed, response);
    }
    return caller;
  }

  /// Whether a caller who was admitted would be now: tokens are removed and expire.
  boolean admits(Request request, @Nullable Role needed) {
    if (needed == null) {
      return true;
    }
    String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
    Tokens tokens = access.tokens();
    if (header == null || tokens == null) {
      // Admitted by the configuration, which does not change while the server runs.
      return header == null;
    }
    return secret(header)
        .flatMap(tokens::of)
        .filter(token -> token.role().includes(needed))
        .isPresent();
  }

  /// A wrong token is refused though the caller might do without one: it is not whom it takes
  /// itself for.
  private Caller known(String header, InetAddress from, Response response) {
    Tokens tokens = access.tokens();
    Optional<Token> token = tokens == null ? Optional.empty() : secret(header).flatMap(tokens::of);
    if (token.isPresent()) {
      return new Caller(token.get().name(), token.get().role(), from);
    }
    metrics.count(Counter.API_TOKENS_REFUSED);
    int waitSeconds = access.failures().count(from);
    if (waitSeconds > 0) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, waitSeconds);
      throw new Refused(
          429,
          "too many wrong tokens from %s: try again in %d s"
              .formatted(from.getHostAddress(), waitSeconds),
          "Authorization");
    }
    if (access.failures().isFirst(from)) {
      LOG.warn(
          "a token from {} was refused; more of them go without a line", from.getHostAddress());
    }
    challenge(response, ", error=\"invalid_token\"");
    throw new Refused(
        401,
        tokens == null
            ? "this server has no tokens: its configuration names no listen.api.token_file"
            : "the token is unknown, removed or expired: `detour token list` shows those that"
                + " count",
        "Authorization");
  }

  private Refused lacking(Caller caller, Role needed, Response response) {
    if (caller.token() == null) {
      challenge(response, "");
      return new Refused(
          401,
          "without a token this machine may only %s here%s"
              .formatted(caller.role() == Role.READ ? "look" : "operate", howTo(needed)),
          "Authorization");
    }
    challenge(response, ", error=\"insufficient_scope\", scope=\"" + needed.word() + "\"");
    return new Refused(
        403,
        "the token %s has the role %s, and this needs %s"
            .formatted(
                caller.token(),
                caller.role() == null ? "none" : caller.role().word(),
                needed.word()),
        "Authorization");
  }

  private static String howTo(Role needed) {
    return ": `detour token add NAME --role %s` makes one, --token-file or DETOUR_TOKEN_FILE shows it"
        .formatted(needed.word());
  }

  private static Optional<String> secret(String header) {
    // RFC 9110 section 11.1: the scheme is case-insensitive.
    return header.length() <= TOKEN_LIMIT
            && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? Optional.of(header.substring(SCHEME.length()).strip())
        : Optional.empty();
  }

  /// RFC 9110 section 11.6.1: a 401 names the scheme that is expected.
  private static void challenge(Response response, String error) {
    response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer realm=\"detour\"" + error);
  }

  static InetAddress address(Request request) {
    if (request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress at
        && at.getAddress() != null) {
      return at.getAddress();
    }
    throw new IllegalStateException("a connection without an address");
  }
}
