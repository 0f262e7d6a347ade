package detour.dns.answer;

import detour.dns.wire.Edns;
import detour.dns.wire.QueryOptions;
import java.util.List;

/// The cookie of one query, checked, and the one that its response has: server cookies of version 1
/// (RFC 9018 section 4). Reusable; belongs to one thread.
///
/// ```
/// 0  version, 1
/// 1  reserved, three octets
/// 4  timestamp, seconds since 1970 modulo 2^32
/// 8  hash over client cookie, the octets above and the client's address
/// ```
final class ServerCookie {
  private static final int VERSION = 1;

  /// RFC 9018 section 4.3: an hour old, or five minutes ahead of our clock.
  private static final int OLDEST_SECONDS = 3600;

  private static final int FARTHEST_AHEAD_SECONDS = 300;

  /// RFC 9018 section 4.3: a cookie older than this is replaced.
  private static final int RENEWED_AFTER_SECONDS = 1800;

  private final SipHash hash = new SipHash();
  private boolean valid;
  private long client;
  private long head;
  private long tail;

  /// Looks at the cookie of a query, and makes the response's.
  ///
  /// @param options with a cookie
  /// @param policy with a secret
  void check(QueryOptions options, CookiePolicy policy, ClientAddress address, long nowMillis) {
    List<CookieSecret> secrets = policy.secrets();
    int nowSeconds = (int) (nowMillis / 1000);
    client = options.clientCookie();
    head = options.serverCookieHead();
    tail = options.serverCookieHash();
    int secret = matching(options, secrets, address, nowSeconds);
    valid = secret >= 0;
    if (secret != 0 || age(head, nowSeconds) > RENEWED_AFTER_SECONDS) {
      head = ((long) Integer.reverseBytes(nowSeconds) << 32) | VERSION;
      tail = hash(secrets.getFirst(), address);
    }
  }

  /// Whether the query's cookie proved that its client is where it says.
  boolean valid() {
    return valid;
  }

  /// The client's part, the first octet in the lowest bits.
  long client() {
    return client;
  }

  /// The first eight octets of our part, the first in the lowest bits.
  long head() {
    return head;
  }

  /// The others.
  long tail() {
    return tail;
  }

  /// @return of which secret the query's cookie was made; -1 for none
  private int matching(
      QueryOptions options, List<CookieSecret> secrets, ClientAddress address, int nowSeconds) {
    if (options.serverCookieOctets() != Edns.SERVER_COOKIE_OCTETS || (head & 0xFF) != VERSION) {
      return -1;
    }
    int age = age(head, nowSeconds);
    if (age > OLDEST_SECONDS || age < -FARTHEST_AHEAD_SECONDS) {
      return -1;
    }
    for (int i = 0; i < secrets.size(); i++) {
      if (hash(secrets.get(i), address) == tail) {
        return i;
      }
    }
    return -1;
  }

  /// Seconds since the cookie was made, in serial number arithmetic.
  private static int age(long head, int nowSeconds) {
    return nowSeconds - Integer.reverseBytes((int) (head >>> 32));
  }

  /// RFC 9018 section 4.4. The reserved octets count as they are (section 4.2).
  private long hash(CookieSecret secret, ClientAddress address) {
    hash.begin(secret.first(), secret.second()).add(client).add(head);
    if (address.isIpv4()) {
      return hash.finish(Integer.reverseBytes((int) address.low()) & 0xFFFF_FFFFL, 20);
    }
    return hash.add(Long.reverseBytes(address.high()))
        .add(Long.reverseBytes(address.low()))
        .finish(0, 32);
  }
}
