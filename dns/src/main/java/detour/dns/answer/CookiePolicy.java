package detour.dns.answer;

import java.util.List;

/// How clients are known by their cookies (RFC 7873).
///
/// Servers that share an address share their secrets (RFC 9018 section 5). To replace one without a
/// client's noticing, every server first accepts the new one too, then makes cookies of it, and an
/// hour later forgets the old one.
///
/// @param secrets the first makes cookies, all are accepted; none for a server that knows no
///   cookies
/// @param required whether a query over UDP with a cookie that holds no valid part of ours is
///   refused with BADCOOKIE; else it is answered, and gets a valid one
public record CookiePolicy(List<CookieSecret> secrets, boolean required) {
  /// Cookies are ignored.
  public static final CookiePolicy OFF = new CookiePolicy(List.of(), false);

  public CookiePolicy {
    secrets = List.copyOf(secrets);
  }

  boolean isOff() {
    return secrets.isEmpty();
  }
}
