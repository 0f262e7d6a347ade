package detour.server.api;

import static detour.server.api.OpenApiDocument.ordered;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What an operation answers when it does not do what is asked: what any may meet, described once
/// for all, and what the routes say of themselves.
final class OpenApiRefusals {
  private static final String REFERENCE = "#/components/responses/";
  private static final String FAILED = "Failed";

  private OpenApiRefusals() {}

  /// By status; the last is for all others.
  static Map<String, Object> of(Route route, Map<String, Object> problem) {
    Map<String, Object> responses = new TreeMap<>();
    for (Shared shared : Shared.values()) {
      if (shared.meets(route)) {
        responses.put(Integer.toString(shared.status), ordered("$ref", REFERENCE + shared.title));
      }
    }
    for (Route.Refusal refusal : route.refusals()) {
      // What is for load balancers is plain text throughout.
      boolean text = route.role() == null && route.reply().mediaType().equals("text/plain");
      responses.put(
          Integer.toString(refusal.status()),
          ordered(
              "description",
              refusal.when(),
              "content",
              text ? ordered("text/plain", Map.of()) : content(problem)));
    }
    responses.put("default", ordered("$ref", REFERENCE + FAILED));
    return responses;
  }

  /// The components that operations refer to.
  static Map<String, Object> shared(Map<String, Object> problem) {
    Map<String, Object> responses = new TreeMap<>();
    for (Shared shared : Shared.values()) {
      Map<String, Object> response = ordered("description", shared.when);
      if (shared.header != null) {
        response.put(
            "headers", ordered(shared.header, ordered("schema", ordered("type", "string"))));
      }
      response.put("content", content(problem));
      responses.put(shared.title, response);
    }
    responses.put(
        FAILED,
        ordered(
            "description", "The server failed; its log says why.", "content", content(problem)));
    return responses;
  }

  static boolean isPush(Route route) {
    return route.path().startsWith("/api/v1/push/");
  }

  private static Map<String, Object> content(Map<String, Object> problem) {
    return ordered("application/problem+json", ordered("schema", problem));
  }

  private enum Shared {
    BAD_REQUEST(
        400, "BadRequest", "A value is missing, unknown or cannot be read; field names it.", null),
    UNAUTHORIZED(
        401,
        "Unauthorized",
        "No token, or one that is unknown, removed or expired.",
        "WWW-Authenticate"),
    FORBIDDEN(
        403,
        "Forbidden",
        "The role of the token allows less, or a page of another site asks.",
        null),
    TOO_LARGE(413, "TooLarge", "The body is too long.", null),
    UNSUPPORTED(
        415, "UnsupportedMediaType", "A change without Content-Type: application/json.", null),
    MISDIRECTED(421, "Misdirected", "The Host is no name of this server.", null),
    TOO_MANY(
        429,
        "TooManyRequests",
        "Too many requests, or too many wrong tokens, from this address.",
        "Retry-After");

    private final int status;
    private final String title;
    private final String when;
    private final @Nullable String header;

    Shared(int status, String title, String when, @Nullable String header) {
      this.status = status;
      this.title = title;
      this.when = when;
      this.header = header;
    }

    private boolean meets(Route route) {
      return switch (this) {
        case BAD_REQUEST -> route.path().startsWith("/api/v1/");
        case UNAUTHORIZED -> route.role() != null || isPush(route);
        case TOO_MANY -> !CallerRates.ALWAYS.contains(route.path());
        case FORBIDDEN, MISDIRECTED -> true;
        case TOO_LARGE -> !route.fields().isEmpty();
        case UNSUPPORTED -> !route.method().equals("GET");
      };
    }
  }
}
