package detour.server.probe.http;

import detour.failover.model.Destination;
import detour.server.probe.tls.TlsSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One request of a probe: the first, or one that a redirect led to.
///
/// @param own whether it goes to the endpoint's address, and not to wherever its host is
/// @param host the Host header as it is sent
/// @param tls null for plain HTTP
record Hop(
    boolean own,
    String host,
    int port,
    String method,
    String path,
    Map<String, String> headers,
    String body,
    @Nullable TlsSettings tls) {
  static final int HTTP_PORT = 80;
  static final int HTTPS_PORT = 443;

  /// RFC 9110 section 8.6: methods that give a body a meaning announce an empty one too.
  private static final Set<String> ANNOUNCING = Set.of("POST", "PUT", "PATCH");

  /// The request that the settings describe.
  static Hop first(HttpSettings settings, Destination destination) {
    RequestSettings request = settings.request();
    return new Hop(
        true,
        hostHeader(settings, destination),
        settings.port(),
        request.method(),
        request.path(),
        request.headers(),
        request.body(),
        settings.tls());
  }

  /// RFC 9110 section 7.2: the host, and the port where it is not the scheme's own.
  static String hostHeader(HttpSettings settings, Destination destination) {
    String host = settings.request().host();
    if (host != null) {
      return host;
    }
    String name =
        switch (destination) {
          case Destination.HostName(String hostName) -> hostName;
          case Destination.Address(InetAddress address) ->
              address instanceof Inet6Address
                  ? "[" + address.getHostAddress() + "]"
                  : address.getHostAddress();
        };
    int schemePort = settings.tls() == null ? HTTP_PORT : HTTPS_PORT;
    return settings.port() == schemePort ? name : name + ":" + settings.port();
  }

  /// `[2001:db8::1]:443` is `2001:db8::1`, `www.example.com:8443` is `www.example.com`.
  static String withoutPort(String host) {
    if (host.startsWith("[")) {
      return host.substring(1, host.indexOf(']'));
    }
    int colon = host.indexOf(':');
    return colon < 0 ? host : host.substring(0, colon);
  }

  /// The host without its port.
  String name() {
    return withoutPort(host);
  }

  String scheme() {
    return tls == null ? "http" : "https";
  }

  String url() {
    return scheme() + "://" + host + path;
  }

  FullHttpRequest request() {
    ByteBuf content =
        body.isEmpty()
            ? Unpooled.EMPTY_BUFFER
            : Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
    FullHttpRequest request =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), path, content);
    request
        .headers()
        .set(HttpHeaderNames.HOST, host)
        .set(HttpHeaderNames.USER_AGENT, "detour")
        .set(HttpHeaderNames.ACCEPT, "*/*");
    headers.forEach((name, value) -> request.headers().set(name, value));
    if (content.isReadable() || ANNOUNCING.contains(method)) {
      request.headers().set(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
    }
    return request;
  }
}
