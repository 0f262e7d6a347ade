package detour.server.probe.http;

import detour.server.probe.text.OneLine;
import detour.server.probe.tls.TlsSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a redirect leads.
sealed interface Redirect {
  /// On to another request.
  record To(Hop hop) implements Redirect {}

  /// Nowhere.
  ///
  /// @param why completes "a redirect ..."
  record Nowhere(String why) implements Redirect {}

  int LOCATION_LENGTH_MAX = 4096;

  /// RFC 9110 section 15.4: those that name one place to ask again.
  Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);

  /// RFC 3986 appendix B, without the fragment, which no server is told.
  Pattern REFERENCE =
      Pattern.compile("(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(\\?[^#]*)?(?:#.*)?");

  Pattern AUTHORITY =
      Pattern.compile("([A-Za-z0-9._-]*[A-Za-z0-9_-]|\\[[0-9A-Fa-f:.]+])\\.?(?::([0-9]{0,5}))?");

  /// @param from the request that was answered
  /// @param status one of [#STATUSES]
  /// @param location the answer's Location header, each byte of it a character
  /// @param own what the endpoint's own host is called
  static Redirect of(Hop from, int status, String location, String own) {
    Matcher reference = REFERENCE.matcher(location);
    if (location.length() > LOCATION_LENGTH_MAX || !reference.matches()) {
      return new Nowhere("to something that is no URL: " + OneLine.of(location, 80));
    }
    String authority = reference.group(2);
    String scheme =
        reference.group(1) == null ? from.scheme() : reference.group(1).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      return new Nowhere("to what is not HTTP: " + OneLine.of(location, 80));
    }
    if (reference.group(1) != null && authority == null) {
      return new Nowhere("to a URL without a host: " + OneLine.of(location, 80));
    }
    String path = path(from.path(), authority, reference.group(3), reference.group(4));
    if (authority == null) {
      return of(from, status, from.own(), from.host(), from.port(), path, from.tls());
    }
    Matcher host = AUTHORITY.matcher(authority);
    if (!host.matches()) {
      return new Nowhere("to a host that is none: " + OneLine.of(authority, 80));
    }
    boolean secure = scheme.equals("https");
    int port = port(host.group(2), secure);
    if (port < 1 || port > 65535) {
      return new Nowhere("to a port that is none: " + OneLine.of(authority, 80));
    }
    boolean toOwn = Hop.withoutPort(host.group(1)).equalsIgnoreCase(own);
    String hostHeader =
        port == (secure ? Hop.HTTPS_PORT : Hop.HTTP_PORT)
            ? host.group(1)
            : host.group(1) + ":" + port;
    return of(from, status, toOwn, hostHeader, port, path, tls(from, secure, toOwn));
  }

  private static Redirect of(
      Hop from,
      int status,
      boolean own,
      String host,
      int port,
      String path,
      @Nullable TlsSettings tls) {
    boolean trusted = own && (tls != null || from.tls() == null);
    boolean again = status == 307 || status == 308;
    String method = again ? from.method() : methodAfter(status, from.method());
    boolean withBody = !from.body().isEmpty() && method.equals(from.method());
    if (withBody && !trusted) {
      return new Nowhere("with the request's body, to another host or without TLS");
    }
    // Headers may be secrets: they are shown to the endpoint, and where they were sent through TLS,
    // through TLS only.
    Map<String, String> headers = trusted ? from.headers() : Map.of();
    return new To(
        new Hop(own, host, port, method, path, headers, withBody ? from.body() : "", tls));
  }

  /// RFC 9110 sections 15.4.2 to 15.4.4: as browsers do, a POST becomes a GET; 303 makes a GET of
  /// everything but HEAD.
  private static String methodAfter(int status, String method) {
    boolean changes = status == 303 ? !method.equals("HEAD") : method.equals("POST");
    return changes ? "GET" : method;
  }

  private static @Nullable TlsSettings tls(Hop from, boolean secure, boolean own) {
    if (!secure) {
      return null;
    }
    TlsSettings before = from.tls() == null ? TlsSettings.DEFAULT : from.tls();
    return own ? before : before.forOthers();
  }

  private static int port(@Nullable String digits, boolean secure) {
    if (digits == null || digits.isEmpty()) {
      return secure ? Hop.HTTPS_PORT : Hop.HTTP_PORT;
    }
    return Integer.parseInt(digits);
  }

  /// RFC 3986 section 5.2.2: the path and query that a reference means.
  private static String path(
      String base, @Nullable String authority, String path, @Nullable String query) {
    int baseQuery = base.indexOf('?');
    String basePath = baseQuery < 0 ? base : base.substring(0, baseQuery);
    String resolved;
    if (authority != null || path.startsWith("/")) {
      resolved = withoutDots(path);
    } else if (path.isEmpty()) {
      return query == null ? base : basePath + encoded(query);
    } else {
      resolved = withoutDots(basePath.substring(0, basePath.lastIndexOf('/') + 1) + path);
    }
    return encoded(query == null ? resolved : resolved + query);
  }

  /// RFC 3986 section 5.2.4.
  private static String withoutDots(String path) {
    Deque<String> kept = new ArrayDeque<>();
    String[] segments = path.split("/", -1);
    for (int i = path.startsWith("/") ? 1 : 0; i < segments.length; i++) {
      boolean last = i == segments.length - 1;
      switch (segments[i]) {
        case "." -> {
          if (last) {
            kept.add("");
          }
        }
        case ".." -> {
          kept.pollLast();
          if (last) {
            kept.add("");
          }
        }
        default -> kept.add(segments[i]);
      }
    }
    return "/" + String.join("/", kept);
  }

  /// Servers send what no URL may contain; a request's first line must not break by it.
  private static String encoded(String target) {
    StringBuilder encoded = new StringBuilder(target.length());
    for (byte octet : target.getBytes(StandardCharsets.ISO_8859_1)) {
      if (octet > ' ' && octet < 0x7f) {
        encoded.append((char) octet);
      } else {
        encoded.append(String.format("%%%02X", octet & 0xff));
      }
    }
    return encoded.toString();
  }
}
