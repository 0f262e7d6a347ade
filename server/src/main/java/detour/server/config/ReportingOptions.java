package detour.server.config;

import detour.server.options.Option;
import detour.server.options.OptionType;
import detour.server.options.Placed;
import detour.server.options.Values;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The keys of `dnstap` and `telemetry`: what this node tells other programs of its own accord.
final class ReportingOptions {
  private static final int LONGEST_SOCKET_PATH = 107;
  private static final int MOST_HEADER_BYTES = 16_384;
  private static final int MOST_RESOLVERS = 16;
  private static final int DNS_PORT = 53;

  private static final Option<String> SOCKET =
      Option.optional(
          "socket",
          TextForms.path("the path of a socket"),
          "The Unix socket of the receiver; relative paths start at the configuration's folder.");
  private static final Option<InetSocketAddress> ADDRESS =
      Option.optional(
          "address", TextForms.socketAddress(), "Instead of `socket`: the receiver over TCP.");
  private static final Option<Integer> ONE_IN =
      Option.withDefault(
          "one_in",
          new OptionType.Whole(1, 1_000_000),
          1,
          "One query of so many is reported, by chance, with its response; 1 for all.");
  private static final Option<String> IDENTITY =
      Option.optional(
          "identity", TextForms.name(), "Which server this is. Default: the node's name.");

  private static final Option<URI> ENDPOINT =
      Option.required(
          "endpoint",
          new OptionType.Text<>(
              "the URL of a collector, as http://127.0.0.1:4318/v1/metrics",
              ReportingOptions::endpoint,
              "^https?://.+"),
          "Where metrics are posted; all of the URL, which ends in /v1/metrics at most"
              + " collectors.");
  private static final Option<Duration> INTERVAL =
      Option.withDefault(
          "interval",
          new OptionType.Span(Duration.ofSeconds(1), Duration.ofHours(1)),
          Duration.ofSeconds(30),
          "How often.");
  private static final Option<Duration> TIMEOUT =
      Option.withDefault(
          "timeout",
          new OptionType.Span(Duration.ofMillis(100), Duration.ofMinutes(1)),
          Duration.ofSeconds(10),
          "How long the collector may take to accept them.");
  private static final Option<String> HEADERS_FILE =
      Option.optional(
          "headers_file",
          TextForms.path("the path of a file"),
          "A file with headers of each request, one a line, as `Authorization: Bearer ...`.");

  private static final Option<List<InetSocketAddress>> RESOLVERS =
      Option.required(
          "resolvers",
          new OptionType.Made<>(
              new OptionType.Many<>(TextForms.socketAddress(DNS_PORT)),
              ReportingOptions::resolvers),
          "Resolvers that clients use, of your own or public ones: at most 16; without a port, at"
              + " 53.");
  private static final Option<Duration> RESOLVER_TIMEOUT =
      Option.withDefault(
          "timeout",
          new OptionType.Span(Duration.ofMillis(50), Duration.ofSeconds(3)),
          Duration.ofSeconds(1),
          "How long each may take.");

  /// What a file says of telemetry; its headers are unread yet.
  record Telemetry(TelemetrySettings settings, @Nullable String headersFile) {}

  /// What a file says of dnstap; a path may be relative yet.
  record Dnstap(
      @Nullable String socket, @Nullable InetSocketAddress address, int oneIn, String identity) {
    DnstapSettings with(UnaryOperator<Path> place) {
      return new DnstapSettings(
          socket == null || address != null
              ? Objects.requireNonNull(address)
              : UnixDomainSocketAddress.of(place.apply(Path.of(socket))),
          oneIn,
          identity.isEmpty() ? null : identity);
    }
  }

  private ReportingOptions() {}

  static Option<Placed<Dnstap>> dnstap() {
    return Option.optional(
        "dnstap",
        new OptionType.Located<>(
            new OptionType.Section<>(
                List.of(SOCKET, ADDRESS, ONE_IN, IDENTITY), ReportingOptions::dnstap)),
        "Queries and responses are reported by dnstap over Frame Streams. A receiver that does not"
            + " keep up loses reports, and never delays an answer.");
  }

  static Option<Placed<Telemetry>> telemetry() {
    return Option.optional(
        "telemetry",
        new OptionType.Located<>(
            new OptionType.Section<>(
                List.of(ENDPOINT, INTERVAL, TIMEOUT, HEADERS_FILE),
                values ->
                    new Telemetry(
                        new TelemetrySettings(
                            values.of(ENDPOINT), values.of(INTERVAL), values.of(TIMEOUT), Map.of()),
                        values.orNull(HEADERS_FILE)))),
        "The metrics are also pushed, by OTLP over HTTP, to an OpenTelemetry collector.");
  }

  static Option<ConvergenceSettings> convergence() {
    return Option.optional(
        "convergence",
        new OptionType.Section<>(
            List.of(RESOLVERS, RESOLVER_TIMEOUT),
            values -> new ConvergenceSettings(values.of(RESOLVERS), values.of(RESOLVER_TIMEOUT))),
        "Whom `detour convergence` asks what they answer at present. They are asked when somebody"
            + " looks, and never otherwise.");
  }

  private static List<InetSocketAddress> resolvers(List<InetSocketAddress> named) {
    if (named.size() > MOST_RESOLVERS) {
      throw new IllegalArgumentException(
          named.size() + " resolvers: at most " + MOST_RESOLVERS + " are asked");
    }
    return named;
  }

  /// With the headers of the file.
  ///
  /// @param place makes relative paths absolute
  static TelemetrySettings settings(
      Placed<Telemetry> declared, UnaryOperator<Path> place, Problems problems) {
    TelemetrySettings plain = declared.value().settings();
    String file = declared.value().headersFile();
    if (file == null) {
      return plain;
    }
    Path path = place.apply(Path.of(file));
    try {
      return new TelemetrySettings(
          plain.endpoint(), plain.interval(), plain.timeout(), headers(path));
    } catch (IOException e) {
      problems.report(declared.place(), "headers_file: " + path + " cannot be read");
    } catch (IllegalArgumentException e) {
      problems.report(declared.place(), "headers_file: " + path + ": " + e.getMessage());
    }
    return plain;
  }

  /// The text of a line is never repeated: it may be a secret.
  private static Map<String, String> headers(Path file) throws IOException {
    if (Files.size(file) > MOST_HEADER_BYTES) {
      throw new IllegalArgumentException("it is longer than " + MOST_HEADER_BYTES + " bytes");
    }
    Map<String, String> headers = new LinkedHashMap<>();
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      int colon = line.indexOf(':');
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      if (colon < 1 || !line.substring(0, colon).matches("[A-Za-z0-9-]+")) {
        throw new IllegalArgumentException("line " + number + " is not `Name: value`");
      }
      headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
    }
    return headers;
  }

  private static Dnstap dnstap(Values values) {
    String socket = values.orNull(SOCKET);
    InetSocketAddress address = values.orNull(ADDRESS);
    if ((socket == null) == (address == null)) {
      throw new IllegalArgumentException("expected one of socket and address");
    }
    if (socket != null && socket.length() > LONGEST_SOCKET_PATH) {
      throw new IllegalArgumentException(
          "the path of a socket has at most " + LONGEST_SOCKET_PATH + " bytes");
    }
    String identity = values.orNull(IDENTITY);
    return new Dnstap(socket, address, values.of(ONE_IN), identity == null ? "" : identity);
  }

  private static URI endpoint(String text) {
    URI uri = URI.create(text);
    if (!"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme())) {
      throw new IllegalArgumentException("it begins with neither http:// nor https://");
    }
    if (uri.getHost() == null || uri.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "it has no host, or a password, which is for headers_file");
    }
    return uri;
  }
}
