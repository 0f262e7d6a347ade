package detour.server.api;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The dashboard's files, as the build put them on the class path. A build without npm has none,
/// and then the API serves alone.
final class Page {
  /// Made by the page's build with a digest in each name: a file of one name never changes.
  private static final Pattern ASSET = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)+");

  private static final String FOREVER = "public, max-age=31536000, immutable";

  /// All that the page needs comes from this server, as files: no inline script, no inline style.
  static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  private Page() {}

  /// Whether the client is a browser that asks for a page, and there is one.
  static boolean isWanted(Exchange exchange) {
    String accept = exchange.header("Accept");
    return accept != null
        && accept.contains("text/html")
        && Page.class.getResource("/dashboard/index.html") != null;
  }

  static void index(Exchange exchange) throws IOException {
    exchange.responseHeader("Cache-Control", "no-cache");
    send(exchange, "index.html");
  }

  static void asset(Exchange exchange) throws IOException {
    String file = exchange.segment("file");
    if (!ASSET.matcher(file).matches()) {
      throw new Refused(404, "the page has no such file", null);
    }
    send(exchange, "assets/" + file);
  }

  private static void send(Exchange exchange, String path) throws IOException {
    String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
    byte[] bytes = type == null ? null : bytes(path);
    if (type == null || bytes == null) {
      throw new Refused(404, "the page has no such file", null);
    }
    if (path.startsWith("assets/")) {
      exchange.responseHeader("Cache-Control", FOREVER);
    }
    exchange.responseHeader("Content-Security-Policy", POLICY);
    exchange.responseHeader("Referrer-Policy", "no-referrer");
    exchange.sendLong(type, bytes);
  }

  private static byte @Nullable [] bytes(String path) throws IOException {
    try (InputStream in = Page.class.getResourceAsStream("/dashboard/" + path)) {
      return in == null ? null : in.readAllBytes();
    }
  }
}
