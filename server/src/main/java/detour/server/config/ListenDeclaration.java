package detour.server.config;

import detour.dns.answer.AddressPrefix;
import detour.dns.answer.RateLimits;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Placed;
import detour.server.options.Values;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What a file says of where the server listens; paths are relative yet, and their files unread.
///
/// @param settings without TLS, and the API as it is by default
record ListenDeclaration(
    ListenSettings settings, @Nullable Placed<ListenSettings.Tls> tls, ApiDeclaration api) {
  /// RFC 7858 section 3.1.
  private static final int TLS_PORT = 853;

  private static final Option<List<InetSocketAddress>> DNS =
      Option.withDefault(
          "dns",
          new OptionType.Many<>(TextForms.socketAddress()),
          List.of(socket("127.0.0.1", 53), socket("::1", 53)),
          "Where DNS queries are answered, over UDP and TCP.");
  private static final Option<InetSocketAddress> HTTP =
      Option.withDefault(
          "http",
          TextForms.socketAddress(),
          socket("127.0.0.1", 8053),
          "Where the API and the metrics are served; beyond loopback only with `api.tls` and"
              + " `api.token_file`.");
  private static final Option<ApiDeclaration> API =
      Option.withDefault(
          "api", ApiDeclaration.type(), ApiDeclaration.DEFAULT, "Who may use the API, and how.");
  private static final Option<Integer> TCP_CONNECTIONS =
      Option.withDefault(
          "tcp_connections",
          new OptionType.Whole(1, 1_000_000),
          1_024,
          "How many DNS connections, over TCP and TLS, may be open at once. When more than half of"
              + " the places are taken, connections may be idle for the less time the fewer are"
              + " left.");
  private static final Option<Integer> TCP_CONNECTIONS_PER_CLIENT =
      Option.withDefault(
          "tcp_connections_per_client",
          new OptionType.Whole(1, 1_000_000),
          100,
          "How many of them one client may have open: an IPv4 address, or an IPv6 /64.");
  private static final Option<Duration> TCP_IDLE_TIMEOUT =
      Option.withDefault(
          "tcp_idle_timeout",
          new OptionType.Span(Duration.ofMillis(100), Duration.ofHours(1)),
          Duration.ofSeconds(10),
          "A DNS connection without a complete query for so long is closed, and so is one whose"
              + " client has not read its answers by then.");
  private static final Option<Integer> UDP_PAYLOAD =
      Option.withDefault(
          "udp_payload",
          new OptionType.Whole(512, 4_096),
          1_232,
          "The largest UDP response in bytes, whatever a client offers; beyond it the client is"
              + " told to use TCP. The default passes every common network in one piece.");

  private static final Option<RateLimits> RATE_LIMIT = RateLimitOptions.option();

  private static final Option<List<InetSocketAddress>> TLS_ADDRESSES =
      Option.required(
          "addresses",
          new OptionType.Many<>(TextForms.socketAddress(TLS_PORT)),
          "Where DNS over TLS is spoken; without a port, at 853.");
  private static final Option<String> CERT_FILE =
      Option.required(
          "cert_file",
          TextForms.path("the path of a file"),
          "The server's certificate and those that lead from it to its authority, in PEM. When this"
              + " file or the next changes, new connections see the new one; one that will not do"
              + " is reported, and the one before stays.");
  private static final Option<String> KEY_FILE =
      Option.required(
          "key_file",
          TextForms.path("the path of a file"),
          "The private key of the certificate: PKCS #8 in PEM, not encrypted.");
  private static final Option<Placed<ListenSettings.Tls>> TLS =
      Option.optional(
          "tls",
          new OptionType.Located<>(
              new OptionType.Section<>(
                  List.of(TLS_ADDRESSES, CERT_FILE, KEY_FILE), ListenDeclaration::tls)),
          "DNS over TLS (RFC 7858).");

  private static final Option<List<AddressPrefix>> FROM =
      Option.required(
          "from",
          new OptionType.Many<>(TextForms.prefix()),
          "Addresses of proxies, or prefixes of them, as 192.0.2.0/24. What comes from there must"
              + " begin with a PROXY header, and is dropped without one.");
  private static final Option<List<AddressPrefix>> PROXY_PROTOCOL =
      Option.withDefault(
          "proxy_protocol",
          new OptionType.Section<>(List.of(FROM), values -> values.of(FROM)),
          List.of(),
          "Proxies that tell by version 2 of the PROXY protocol which client a query is from, over"
              + " UDP, TCP and TLS.");

  static OptionType<ListenDeclaration> type() {
    return new OptionType.Made<>(
        new OptionType.Section<>(
            List.of(
                DNS,
                TLS,
                HTTP,
                API,
                PROXY_PROTOCOL,
                TCP_CONNECTIONS,
                TCP_CONNECTIONS_PER_CLIENT,
                TCP_IDLE_TIMEOUT,
                UDP_PAYLOAD,
                RATE_LIMIT),
            values ->
                new ListenDeclaration(
                    new ListenSettings(
                        values.of(DNS),
                        null,
                        values.of(HTTP),
                        ApiSettings.DEFAULT,
                        values.of(PROXY_PROTOCOL),
                        values.of(TCP_CONNECTIONS),
                        values.of(TCP_CONNECTIONS_PER_CLIENT),
                        values.of(TCP_IDLE_TIMEOUT),
                        values.of(UDP_PAYLOAD),
                        values.of(RATE_LIMIT)),
                    values.orNull(TLS),
                    values.of(API))),
        ListenDeclaration::distinct);
  }

  static ListenDeclaration byDefault() {
    return new ListenDeclaration(
        new ListenSettings(
            fallback(DNS),
            null,
            fallback(HTTP),
            ApiSettings.DEFAULT,
            fallback(PROXY_PROTOCOL),
            fallback(TCP_CONNECTIONS),
            fallback(TCP_CONNECTIONS_PER_CLIENT),
            fallback(TCP_IDLE_TIMEOUT),
            fallback(UDP_PAYLOAD),
            fallback(RATE_LIMIT)),
        null,
        fallback(API));
  }

  /// With the files of TLS, which are read once to see whether they will do.
  ///
  /// @param place makes relative paths absolute
  ListenSettings with(UnaryOperator<Path> place, Problems problems) {
    ApiSettings who = api.with(place, problems);
    if (tls == null) {
      return settings.with(null, who);
    }
    ListenSettings.Tls declared = tls.value();
    ListenSettings.Tls found =
        new ListenSettings.Tls(
            declared.addresses(), place.apply(declared.certificate()), place.apply(declared.key()));
    String problem = CertificateFiles.problem(found.certificate(), found.key());
    if (problem != null) {
      problems.report(tls.place(), problem);
    }
    return settings.with(found, who);
  }

  private static ListenSettings.Tls tls(Values values) {
    return new ListenSettings.Tls(
        values.of(TLS_ADDRESSES), Path.of(values.of(CERT_FILE)), Path.of(values.of(KEY_FILE)));
  }

  /// Sockets that share a port by SO_REUSEPORT would each take a part of the queries, unnoticed.
  /// Port 0 is a free one each time.
  private static ListenDeclaration distinct(ListenDeclaration listen) {
    Set<InetSocketAddress> taken = new HashSet<>();
    for (InetSocketAddress address : listen.settings().dns()) {
      if (address.getPort() != 0 && !taken.add(address)) {
        throw new IllegalArgumentException(TextForms.text(address) + " is twice in dns");
      }
    }
    InetSocketAddress http = listen.settings().http();
    if (!http.getAddress().isLoopbackAddress() && !listen.api().mayLeaveLoopback()) {
      throw new IllegalArgumentException(
          "http is %s, which others reach: that needs api.tls and api.token_file; without them, a loopback address as 127.0.0.1:%d"
              .formatted(TextForms.text(http), http.getPort()));
    }
    if (taken.contains(http)) {
      throw new IllegalArgumentException(
          TextForms.text(http) + " is both in dns and http, and DNS uses TCP too");
    }
    for (InetSocketAddress address :
        listen.tls() == null ? List.<InetSocketAddress>of() : listen.tls().value().addresses()) {
      if (address.getPort() != 0 && (address.equals(http) || !taken.add(address))) {
        throw new IllegalArgumentException(
            TextForms.text(address) + " in tls is taken by another address, or twice there");
      }
    }
    return listen;
  }

  private static InetSocketAddress socket(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  private static <V> V fallback(Option<V> option) {
    V value = option.fallback();
    if (value == null) {
      throw new IllegalStateException(option.key() + " has no default");
    }
    return value;
  }
}
