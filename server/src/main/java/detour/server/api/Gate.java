package detour.server.api;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/// Tells a program of this machine from a browser that a foreign page sent here. Loopback without a
/// token is open to both, so three rules keep pages out: the Host must be a name of this server
/// (DNS rebinding), an Origin must be this server's own, and a change needs the JSON content type
/// or a token, which no page may send elsewhere without a preflight.
final class Gate {
  private final Set<String> hostNames;
  private final InetAddress address;

  /// @param address the address listened on
  /// @param hostNames further names of this server, lower case
  Gate(InetAddress address, Set<String> hostNames) {
    this.address = address;
    this.hostNames = Set.copyOf(hostNames);
  }

  /// Null when the request may pass.
  @Nullable Refusal refusal(Request request) {
    String host = request.getHeaders().get(HttpHeader.HOST);
    if (host == null || !isOurs(hostOf(host), request)) {
      return new Refusal(
          421,
          "Host",
          "'"
              + (host == null ? "" : host)
              + "' is no name of this server: use localhost, a loopback address, or a configured"
              + " name");
    }
    String origin = request.getHeaders().get(HttpHeader.ORIGIN);
    if (origin != null && !host.equalsIgnoreCase(authorityOf(origin))) {
      return new Refusal(
          403, "Origin", "requests from pages of '" + origin + "' are not accepted here");
    }
    if (changes(request) && !isJson(request) && !bringsToken(request)) {
      return new Refusal(
          415, "Content-Type", "a change needs the header Content-Type: application/json");
    }
    return null;
  }

  /// A request that is turned away.
  record Refusal(int status, String field, String detail) {}

  private static boolean changes(Request request) {
    return !HttpMethod.GET.is(request.getMethod()) && !HttpMethod.HEAD.is(request.getMethod());
  }

  /// No page may send this header elsewhere without a preflight either.
  private static boolean bringsToken(Request request) {
    return request.getHeaders().contains(HttpHeader.AUTHORIZATION);
  }

  private static boolean isJson(Request request) {
    HttpField field = request.getHeaders().getField(HttpHeader.CONTENT_TYPE);
    if (field == null || field.getValue() == null) {
      return false;
    }
    String type = field.getValue();
    int parameters = type.indexOf(';');
    String bare = parameters < 0 ? type : type.substring(0, parameters);
    return bare.strip().equalsIgnoreCase("application/json");
  }

  private boolean isOurs(String host, Request request) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("localhost") || hostNames.contains(name) || isOurAddress(name, request);
  }

  private boolean isOurAddress(String text, Request request) {
    try {
      InetAddress literal = InetAddress.ofLiteral(text);
      return literal.isLoopbackAddress()
          || literal.equals(address)
          // On all addresses: the one that was called. A page could bring only a name to it.
          || (request.getConnectionMetaData().getLocalSocketAddress()
                  instanceof InetSocketAddress at
              && literal.equals(at.getAddress()));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /// The host of `host[:port]`, brackets of an IPv6 address removed.
  private static String hostOf(String header) {
    if (header.startsWith("[")) {
      int end = header.indexOf(']');
      return end < 0 ? "" : header.substring(1, end);
    }
    int colon = header.indexOf(':');
    return colon < 0 ? header : header.substring(0, colon);
  }

  private static String authorityOf(String origin) {
    try {
      String authority = URI.create(origin).getRawAuthority();
      return authority == null ? "" : authority;
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
