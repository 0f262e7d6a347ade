package detour.server;

import detour.dns.answer.CookiePolicy;
import detour.dns.answer.CookieSecret;
import detour.dns.answer.ServerOptions;
import detour.server.config.Configuration;
import detour.server.config.CookieSettings;
import detour.server.config.NodeSettings;
import detour.server.publish.Version;
import java.security.SecureRandom;
import java.util.List;

/// What this server says of itself to clients that ask, how it knows them again, and how much they
/// get.
final class Introduction {
  /// Made at each start, and kept over reloads, for a server that shares no secret with others.
  private static final CookieSecret OWN_SECRET = random();

  private Introduction() {}

  static ServerOptions of(Configuration configuration) {
    NodeSettings node = configuration.node();
    String version =
        switch (node.version()) {
          case "name" -> "Detour " + Version.NUMBER;
          case "off" -> "";
          default -> node.version();
        };
    return ServerOptions.of(node.nameServerId(), version, policy(node.cookies()))
        .limiting(configuration.listen().rateLimits());
  }

  private static CookiePolicy policy(CookieSettings cookies) {
    List<CookieSecret> secrets =
        cookies.secrets().isEmpty() ? List.of(OWN_SECRET) : cookies.secrets();
    return switch (cookies.mode()) {
      case OFF -> CookiePolicy.OFF;
      case ON -> new CookiePolicy(secrets, false);
      case REQUIRED -> new CookiePolicy(secrets, true);
    };
  }

  private static CookieSecret random() {
    byte[] octets = new byte[CookieSecret.OCTETS];
    new SecureRandom().nextBytes(octets);
    return CookieSecret.of(octets);
  }
}
