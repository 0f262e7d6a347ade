package detour.server.config;

import detour.dns.answer.RateLimits;
import detour.failover.model.GuardPolicy;
import detour.server.options.CheckKind;
import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Placed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The description of a whole configuration file: the reader, the JSON Schema and the reference
/// page are made from it.
record ConfigurationFormat(
    Option<NodeDeclaration> node,
    Option<ListenSettings> listen,
    Option<Map<String, Placed<CheckForm>>> checks,
    Option<List<Placed<ZoneDeclaration>>> zones,
    Option<List<Placed<ServiceDeclaration>>> services,
    Option<GuardPolicy> guard,
    Option<Placed<ClusterDeclaration>> cluster,
    Option<Placed<FailoverDeclaration>> failover) {
  private static final Option<String> NODE_NAME =
      Option.optional(
          "name", TextForms.name(), "What this vantage is called. Default: the host name.");
  private static final Option<String> DATA_DIR =
      Option.withDefault(
          "data_dir",
          TextForms.path("the path of a folder"),
          "/var/lib/detour",
          "Where selections, overrides and history are kept; relative paths start at the"
              + " configuration's folder.");

  private static final Option<NodeSettings.Role> ROLE =
      Option.withDefault(
          "role",
          new OptionType.Choice<>(NodeSettings.Role.class),
          NodeSettings.Role.BOTH,
          "What this node of a cluster does: answer queries and probe, only `answer`, or only"
              + " `probe`.");

  private static final Option<String> NSID =
      Option.withDefault(
          "nsid",
          TextForms.shown("name, hostname, off"),
          "name",
          "What clients are told that ask which server answers (EDNS option NSID): `name` for this"
              + " node's name, `hostname`, `off` for nothing, or any other text; the selection"
              + " epoch follows it. Without the epoch, class CHAOS has it as `id.server` and"
              + " `hostname.bind`.");
  private static final Option<String> VERSION =
      Option.withDefault(
          "version",
          TextForms.shown("name, off"),
          "name",
          "What clients are told that ask for the server's software (class CHAOS, `version.bind`"
              + " and `version.server`): `name` for Detour and its version, `off` for nothing, or"
              + " any other text.");
  private static final Option<Placed<CookieDeclaration>> COOKIES = CookieDeclaration.option();

  private static final Option<List<InetSocketAddress>> DNS =
      Option.withDefault(
          "dns",
          new OptionType.Many<>(TextForms.socketAddress()),
          List.of(socket("127.0.0.1", 53), socket("::1", 53)),
          "Where DNS queries are answered, over UDP and TCP.");
  private static final Option<InetSocketAddress> HTTP =
      Option.withDefault(
          "http",
          new OptionType.Made<>(TextForms.socketAddress(), ConfigurationFormat::loopback),
          socket("127.0.0.1", 8053),
          "Where the API and the metrics are served; a loopback address, as whoever"
              + " reaches it may change what is served.");
  private static final Option<Integer> TCP_CONNECTIONS =
      Option.withDefault(
          "tcp_connections",
          new OptionType.Whole(1, 1_000_000),
          1_024,
          "How many DNS connections may be open at once.");
  private static final Option<Duration> TCP_IDLE_TIMEOUT =
      Option.withDefault(
          "tcp_idle_timeout",
          new OptionType.Span(Duration.ofMillis(100), Duration.ofHours(1)),
          Duration.ofSeconds(10),
          "A DNS connection without a query for so long is closed.");
  private static final Option<Integer> UDP_PAYLOAD =
      Option.withDefault(
          "udp_payload",
          new OptionType.Whole(512, 4_096),
          1_232,
          "The largest UDP response in bytes, whatever a client offers; beyond it the client is"
              + " told to use TCP. The default passes every common network in one piece.");

  private static final Option<RateLimits> RATE_LIMIT = RateLimitOptions.option();

  /// @param name null for the host name
  record NodeDeclaration(
      @Nullable String name,
      String dataDir,
      NodeSettings.Role role,
      String nsid,
      String version,
      @Nullable Placed<CookieDeclaration> cookies) {}

  static ConfigurationFormat of(List<? extends CheckKind> kinds) {
    OptionType.Tagged<CheckForm> check = CheckOptions.type(kinds);
    OptionType<CheckDeclaration> checkUse = CheckDeclaration.type(check);
    return new ConfigurationFormat(
        Option.withDefault(
            "node",
            nodeType(),
            new NodeDeclaration(
                null, fallback(DATA_DIR), fallback(ROLE), fallback(NSID), fallback(VERSION), null),
            "This server."),
        Option.withDefault(
            "listen",
            listenType(),
            new ListenSettings(
                fallback(DNS),
                fallback(HTTP),
                fallback(TCP_CONNECTIONS),
                fallback(TCP_IDLE_TIMEOUT),
                fallback(UDP_PAYLOAD),
                fallback(RATE_LIMIT)),
            "Where this server listens, and its limits there."),
        Option.withDefault(
            "checks",
            new OptionType.Named<>(TextForms.name(), new OptionType.Located<>(check)),
            Map.of(),
            "Checks by name, for services to refer to."),
        Option.required(
            "zones",
            new OptionType.Items<>(new OptionType.Located<>(ZoneDeclaration.type()), 1),
            "The zones this server is authoritative for."),
        Option.withDefault(
            "services",
            new OptionType.Items<>(new OptionType.Located<>(ServiceDeclaration.type(checkUse)), 0),
            List.of(),
            "The domain names whose answers follow health."),
        GuardOptions.option(check),
        ClusterDeclaration.option(),
        FailoverDeclaration.option());
  }

  List<Option<?>> options() {
    return List.of(node, listen, checks, zones, services, guard, cluster, failover);
  }

  /// Those of [Sections#OWN].
  List<Option<?>> ownOptions() {
    return options().stream().filter(option -> Sections.OWN.contains(option.key())).toList();
  }

  private static OptionType<NodeDeclaration> nodeType() {
    return new OptionType.Section<>(
        List.of(NODE_NAME, DATA_DIR, ROLE, NSID, VERSION, COOKIES),
        values ->
            new NodeDeclaration(
                values.orNull(NODE_NAME),
                values.of(DATA_DIR),
                values.of(ROLE),
                values.of(NSID),
                values.of(VERSION),
                values.orNull(COOKIES)));
  }

  private static OptionType<ListenSettings> listenType() {
    return new OptionType.Made<>(
        new OptionType.Section<>(
            List.of(DNS, HTTP, TCP_CONNECTIONS, TCP_IDLE_TIMEOUT, UDP_PAYLOAD, RATE_LIMIT),
            values ->
                new ListenSettings(
                    values.of(DNS),
                    values.of(HTTP),
                    values.of(TCP_CONNECTIONS),
                    values.of(TCP_IDLE_TIMEOUT),
                    values.of(UDP_PAYLOAD),
                    values.of(RATE_LIMIT))),
        ConfigurationFormat::distinct);
  }

  /// Sockets that share a port by SO_REUSEPORT would each take a part of the queries, unnoticed.
  /// Port 0 is a free one each time.
  private static ListenSettings distinct(ListenSettings listen) {
    Set<InetSocketAddress> taken = new HashSet<>();
    for (InetSocketAddress address : listen.dns()) {
      if (address.getPort() != 0 && !taken.add(address)) {
        throw new IllegalArgumentException(TextForms.text(address) + " is twice in dns");
      }
    }
    if (taken.contains(listen.http())) {
      throw new IllegalArgumentException(
          TextForms.text(listen.http()) + " is both in dns and http, and DNS uses TCP too");
    }
    return listen;
  }

  private static InetSocketAddress loopback(InetSocketAddress address) {
    if (!address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "the API has no access control in this version, so it listens on loopback only, as"
              + " 127.0.0.1:"
              + address.getPort());
    }
    return address;
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
