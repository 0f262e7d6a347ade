package detour.server.cli;

import detour.server.query.EdnsSettings;
import detour.server.query.QueryClient;
import detour.server.query.QuerySettings;
import detour.server.query.QuerySettings.Transport;
import detour.server.query.Subnet;
import detour.server.query.Target;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/// The options of `detour query` that say how to ask.
final class QueryOptions {
  private static final int USUAL_PORT = 53;
  private static final int TLS_PORT = 853;
  private static final int USUAL_UDP_OCTETS = 1_232;

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description = "Where no port follows the server's colon. Default: 53, 853 with --tls.")
  private int port;

  @Option(names = "-4", description = "Of a server's name, take an IPv4 address.")
  private boolean ipv4;

  @Option(names = "-6", description = "Of a server's name, take an IPv6 address.")
  private boolean ipv6;

  @Option(names = "--tcp", description = "Ask over TCP.")
  private boolean tcp;

  @Option(
      names = "--tls",
      description =
          "Ask over TLS, padded. The certificate is checked only with --tls-ca or --tls-name.")
  private boolean tls;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description = "Authorities in PEM that the certificate must come from.")
  private @Nullable Path authorities;

  @Option(
      names = "--tls-name",
      paramLabel = "NAME",
      description = "Whom the certificate must name; default: the server as written.")
  private String tlsName = "";

  @Option(names = "--keep-truncated", description = "Do not ask over TCP after a truncated answer.")
  private boolean keepTruncated;

  @Option(names = "--no-recurse", description = "Do not ask for recursion (clear RD).")
  private boolean noRecurse;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "How long each try waits, as 500ms or 5s. Default: 5s.")
  private String timeout = "";

  @Option(
      names = "--tries",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often to ask while nothing comes. Default: 3.")
  private int tries;

  @ArgGroup(heading = "%nEDNS:%n", exclusive = false)
  private Edns edns = new Edns();

  /// What stands in the OPT record.
  private static final class Edns {
    @Option(names = "--no-edns", description = "Ask without an OPT record.")
    private boolean none;

    @Option(
        names = "--bufsize",
        paramLabel = "OCTETS",
        description = "The largest answer over UDP, 512 to 65535. Default: 1232.")
    private int udpOctets;

    @Option(names = "--dnssec", description = "Set DO.")
    private boolean dnssec;

    @Option(names = "--nsid", description = "Ask which server answers (RFC 5001).")
    private boolean nsid;

    @Option(
        names = "--subnet",
        paramLabel = "NETWORK",
        description = "Ask in the name of a network, as 192.0.2.0/24, or 0 (RFC 7871).")
    private String subnet = "";

    @Option(
        names = "--zoneversion",
        description = "Ask for the zone's serial and, of Detour, its selection epoch (RFC 9660).")
    private boolean zoneVersion;

    @Option(names = "--cookie", description = "Send a cookie (RFC 7873).")
    private boolean cookie;

    @Option(
        names = "--cookie-hex",
        paramLabel = "HEX",
        description = "Send this one: 8 octets, or 16 to 40 with the server's part.")
    private String cookieHex = "";

    @Option(
        names = "--keepalive",
        description = "Ask how long a connection may idle (RFC 7828); with --tcp or --tls.")
    private boolean keepalive;

    @Option(names = "--padding", description = "Fill the query up to 128 octets (RFC 8467).")
    private boolean padding;

    private boolean asksSomething() {
      return udpOctets != 0
          || dnssec
          || nsid
          || !subnet.isEmpty()
          || zoneVersion
          || cookie
          || !cookieHex.isEmpty()
          || keepalive
          || padding;
    }
  }

  /// @throws IllegalArgumentException with what was expected
  QuerySettings settings(Target target) {
    if (tries < 1 || tries > 100) {
      throw new IllegalArgumentException("--tries: expected a number from 1 to 100");
    }
    if (tcp && tls) {
      throw new IllegalArgumentException("--tcp and --tls exclude each other");
    }
    if (!tls && (authorities != null || !tlsName.isEmpty())) {
      throw new IllegalArgumentException("--tls-ca and --tls-name go with --tls");
    }
    return new QuerySettings(
        target,
        tls ? Transport.TLS : tcp ? Transport.TCP : Transport.UDP,
        !keepTruncated,
        !noRecurse,
        time("--timeout", timeout),
        tries,
        edns(),
        new QuerySettings.Tls(authorities, tlsName));
  }

  /// Where no port is written.
  int usualPort() {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("--port: expected a number from 1 to 65535");
    }
    return port != 0 ? port : tls ? TLS_PORT : USUAL_PORT;
  }

  /// Whether the port of a configured server is not the one to ask.
  boolean asksOtherPort() {
    return port != 0 || tls;
  }

  Target.Family family() {
    if (ipv4 && ipv6) {
      throw new IllegalArgumentException("-4 and -6 exclude each other");
    }
    return ipv4 ? Target.Family.IPV4 : ipv6 ? Target.Family.IPV6 : Target.Family.ANY;
  }

  private @Nullable EdnsSettings edns() {
    if (edns.none) {
      if (edns.asksSomething()) {
        throw new IllegalArgumentException("--no-edns excludes what EDNS carries");
      }
      return null;
    }
    if (edns.keepalive && !tcp && !tls) {
      throw new IllegalArgumentException("--keepalive goes with --tcp or --tls");
    }
    int octets = edns.udpOctets == 0 ? USUAL_UDP_OCTETS : edns.udpOctets;
    if (octets < 512 || octets > 65_535) {
      throw new IllegalArgumentException("--bufsize: expected a number from 512 to 65535");
    }
    return new EdnsSettings(
        octets,
        edns.dnssec,
        edns.nsid,
        edns.zoneVersion,
        edns.keepalive,
        cookie(),
        edns.subnet.isEmpty() ? null : Subnet.parse(edns.subnet),
        edns.padding || tls);
  }

  private byte @Nullable [] cookie() {
    if (edns.cookieHex.isEmpty()) {
      return edns.cookie ? QueryClient.newClientCookie() : null;
    }
    try {
      byte[] octets = HexFormat.of().parseHex(edns.cookieHex);
      if (octets.length == 8 || (octets.length >= 16 && octets.length <= 40)) {
        return octets;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "--cookie-hex: expected 8 octets in hex, or 16 to 40 with the server's part");
  }

  /// Reads `500ms`, `5s`, `5` or `1m`.
  static Duration time(String option, String text) {
    String number = text.replaceFirst("(ms|s|m)$", "");
    if (number.matches("\\d{1,6}") && Integer.parseInt(number) > 0) {
      long value = Long.parseLong(number);
      String unit = text.substring(number.length());
      return unit.equals("ms")
          ? Duration.ofMillis(value)
          : unit.equals("m") ? Duration.ofMinutes(value) : Duration.ofSeconds(value);
    }
    throw new IllegalArgumentException(
        option + ": '" + text + "' is no time: expected one as 500ms, 5s or 1m");
  }
}
