package detour.dns.wire;

import java.util.List;
import java.util.OptionalInt;

/// The keys of service parameters and their names (RFC 9460 section 14.3.2).
public final class ServiceParameter {
  public static final int MANDATORY = 0;
  public static final int ALPN = 1;
  public static final int NO_DEFAULT_ALPN = 2;
  public static final int PORT = 3;
  public static final int IPV4_HINT = 4;
  public static final int ECH = 5;
  public static final int IPV6_HINT = 6;

  /// RFC 9461 section 5.
  public static final int DOH_PATH = 7;

  /// RFC 9540 section 4.
  public static final int OHTTP = 8;

  private static final List<String> NAMES =
      List.of(
          "mandatory",
          "alpn",
          "no-default-alpn",
          "port",
          "ipv4hint",
          "ech",
          "ipv6hint",
          "dohpath",
          "ohttp");

  private ServiceParameter() {}

  /// The name, or `keyN` where there is none.
  ///
  /// @param key 0 to 65535
  public static String name(int key) {
    return key < NAMES.size() ? NAMES.get(key) : "key" + key;
  }

  /// The key of a name or of `keyN`; empty when it is neither. 65535 is reserved and no key.
  public static OptionalInt parse(String name) {
    int known = NAMES.indexOf(name);
    if (known >= 0) {
      return OptionalInt.of(known);
    }
    // RFC 9460 section 2.1: no leading zeros.
    if (!name.matches("key(0|[1-9][0-9]{0,4})")) {
      return OptionalInt.empty();
    }
    int number = Integer.parseInt(name.substring(3));
    return number < 65535 ? OptionalInt.of(number) : OptionalInt.empty();
  }

  /// Whether the key means nothing without a value.
  public static boolean needsValue(int key) {
    return key <= IPV6_HINT && key != NO_DEFAULT_ALPN;
  }
}
