package detour.dns.answer;

import detour.dns.wire.NameKey;
import org.jspecify.annotations.Nullable;

/// What a server says of itself when it is asked, how it knows its clients, and how much they get.
/// Immutable.
public final class ServerOptions {
  /// Says nothing, knows nobody.
  public static final ServerOptions NONE =
      new ServerOptions("", "", CookiePolicy.OFF, RateLimits.OFF);

  private final String nameServerId;
  private final CookiePolicy cookies;
  private final RateLimits rateLimits;
  private final String versionText;
  private final ServerText version;
  private final ServerText identity;

  private ServerOptions(
      String nameServerId, String version, CookiePolicy cookies, RateLimits rateLimits) {
    this.nameServerId = nameServerId;
    this.versionText = version;
    this.cookies = cookies;
    this.rateLimits = rateLimits;
    this.version = new ServerText("version.bind", "version.server", version);
    this.identity = new ServerText("id.server", "hostname.bind", nameServerId);
  }

  /// @param nameServerId what clients are told that ask for the name server's identifier, by NSID
  ///   (with the epoch behind it), `id.server` or `hostname.bind`; empty for nothing
  /// @param version what they are told that ask for `version.bind` or `version.server`; empty for
  ///   nothing
  public static ServerOptions of(String nameServerId, String version, CookiePolicy cookies) {
    return new ServerOptions(nameServerId, version, cookies, RateLimits.OFF);
  }

  /// One that says its name, and nothing else.
  public static ServerOptions named(String nameServerId) {
    return of(nameServerId, "", CookiePolicy.OFF);
  }

  /// The same with limits for responses over UDP; without, there are none.
  public ServerOptions limiting(RateLimits limits) {
    return new ServerOptions(nameServerId, versionText, cookies, limits);
  }

  String nameServerId() {
    return nameServerId;
  }

  CookiePolicy cookies() {
    return cookies;
  }

  RateLimits rateLimits() {
    return rateLimits;
  }

  /// The record that answers a name in class CHAOS; null for none.
  byte @Nullable [] chaosRecord(NameKey name) {
    if (version.isAbout(name)) {
      return version.packed();
    }
    return identity.isAbout(name) ? identity.packed() : null;
  }
}
