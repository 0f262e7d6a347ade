package detour.server.config;

import detour.dns.answer.CookieSecret;
import java.util.List;

/// How this node knows its clients by DNS cookies.
///
/// @param secrets the first makes cookies, all are accepted; empty for one of the node's own
public record CookieSettings(Mode mode, List<CookieSecret> secrets) {
  /// What cookies are for.
  public enum Mode {
    /// Clients get a cookie, and are answered whatever they send.
    ON,
    /// Cookies are ignored.
    OFF,
    /// Clients that send a cookie are answered over UDP once it holds a valid part of ours.
    REQUIRED
  }

  public CookieSettings {
    secrets = List.copyOf(secrets);
  }
}
