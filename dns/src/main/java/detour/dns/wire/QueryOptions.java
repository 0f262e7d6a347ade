package detour.dns.wire;

import java.lang.foreign.MemorySegment;

/// The EDNS options of a query, as far as they are known here. What they say is kept, because the
/// response is written over the query. Of options that stand there twice the first counts (RFC 7873
/// section 5.2). Reusable; belongs to one thread.
public final class QueryOptions {
  private static final int NAME_SERVER_ID = 1;
  private static final int ZONE_VERSION = 1 << 1;
  private static final int CLIENT_SUBNET = 1 << 2;
  private static final int COOKIE = 1 << 3;
  private static final int KEEPALIVE = 1 << 4;
  private static final int PADDING = 1 << 5;
  private static final int MALFORMED = 1 << 6;

  private static final int SMALLEST_SERVER_COOKIE = 8;
  private static final int LARGEST_SERVER_COOKIE = 32;
  private static final int SUBNET_HEADER = 4;
  private static final int IPV4 = 1;
  private static final int IPV6 = 2;

  private int found;
  private long clientCookie;
  private long serverCookieHead;
  private long serverCookieHash;
  private int serverCookieOctets;
  private int subnetFamily;
  private int subnetPrefix;
  private int subnetOctets;
  private long subnetFirst;
  private long subnetSecond;

  QueryOptions() {}

  /// Whether the query has none of those that are known.
  public boolean isEmpty() {
    return found == 0;
  }

  /// Whether the client wants to know which server answers (RFC 5001).
  public boolean asksNameServerId() {
    return (found & NAME_SERVER_ID) != 0;
  }

  /// Whether the client wants to know of which version of the zone the answer is (RFC 9660).
  public boolean asksZoneVersion() {
    return (found & ZONE_VERSION) != 0;
  }

  /// Whether the client wants to know how long it may keep its connection idle (RFC 7828).
  public boolean asksKeepalive() {
    return (found & KEEPALIVE) != 0;
  }

  /// Whether the client has padded its query, and wants a padded response (RFC 7830).
  public boolean asksPadding() {
    return (found & PADDING) != 0;
  }

  /// Whether there is a well-formed cookie; only then do the methods about it mean anything.
  public boolean hasCookie() {
    return (found & COOKIE) != 0;
  }

  /// The client's part of the cookie, the first octet in the lowest bits.
  public long clientCookie() {
    return clientCookie;
  }

  /// Octets of the server's part: 0, or 8 to 32.
  public int serverCookieOctets() {
    return serverCookieOctets;
  }

  /// The first eight octets of a server's part of 16, the first in the lowest bits: version,
  /// reserved octets and timestamp (RFC 9018 section 4).
  public long serverCookieHead() {
    return serverCookieHead;
  }

  /// The last eight octets of a server's part of 16, the first in the lowest bits.
  public long serverCookieHash() {
    return serverCookieHash;
  }

  /// Whether there is a well-formed client subnet; only then do the methods about it mean anything.
  public boolean hasClientSubnet() {
    return (found & CLIENT_SUBNET) != 0;
  }

  /// 1 for IPv4, 2 for IPv6, 0 for none.
  public int subnetFamily() {
    return subnetFamily;
  }

  /// SOURCE PREFIX-LENGTH, in bits.
  public int subnetPrefix() {
    return subnetPrefix;
  }

  /// Octets of the subnet's address: as many as its prefix needs, 0 to 16.
  public int subnetOctets() {
    return subnetOctets;
  }

  /// An octet of the subnet's address.
  ///
  /// @param index 0 to 15; 0 where the address is shorter
  public byte subnetOctet(int index) {
    return (byte) ((index < 8 ? subnetFirst : subnetSecond) >>> (56 - 8 * (index & 7)));
  }

  void clear() {
    found = 0;
  }

  /// Whether one of the options is not as its RFC has it in a query.
  boolean malformed() {
    return (found & MALFORMED) != 0;
  }

  /// @param data where the option's data lies, all of it within the message
  void read(MemorySegment memory, long data, int code, int length) {
    switch (code) {
      // RFC 5001 section 2.1: a query has no payload; one that has is asked all the same.
      case Edns.NAME_SERVER_ID -> found |= NAME_SERVER_ID;
      // RFC 9660 section 3.1: OPTION-LENGTH is 0 in a query.
      case Edns.ZONE_VERSION -> found |= length == 0 ? ZONE_VERSION : ZONE_VERSION | MALFORMED;
      case Edns.CLIENT_SUBNET -> {
        if (!hasClientSubnet()) {
          found |= readSubnet(memory, data, length) ? CLIENT_SUBNET : MALFORMED;
        }
      }
      case Edns.COOKIE -> {
        if (!hasCookie()) {
          found |= readCookie(memory, data, length) ? COOKIE : MALFORMED;
        }
      }
      // RFC 7828 section 3.2.1: a query has no time; one that has is asked all the same.
      case Edns.TCP_KEEPALIVE -> found |= KEEPALIVE;
      case Edns.PADDING -> found |= PADDING;
      default -> {}
    }
  }

  /// RFC 7873 section 5.2.2: 8 octets, or 16 to 40.
  private boolean readCookie(MemorySegment memory, long data, int length) {
    int octets = length - Edns.CLIENT_COOKIE_OCTETS;
    if (octets != 0 && (octets < SMALLEST_SERVER_COOKIE || octets > LARGEST_SERVER_COOKIE)) {
      return false;
    }
    clientCookie = memory.get(Layouts.OCTETS, data);
    serverCookieOctets = octets;
    if (octets == Edns.SERVER_COOKIE_OCTETS) {
      serverCookieHead = memory.get(Layouts.OCTETS, data + 8);
      serverCookieHash = memory.get(Layouts.OCTETS, data + 16);
    }
    return true;
  }

  /// RFC 7871 section 6: SCOPE PREFIX-LENGTH is 0 in a query; the address has as many octets as the
  /// prefix needs, and no bit beyond it.
  private boolean readSubnet(MemorySegment memory, long data, int length) {
    if (length < SUBNET_HEADER) {
      return false;
    }
    subnetFamily = memory.get(Layouts.SHORT, data) & 0xFFFF;
    subnetPrefix = memory.get(Layouts.BYTE, data + 2) & 0xFF;
    subnetOctets = length - SUBNET_HEADER;
    int scope = memory.get(Layouts.BYTE, data + 3);
    if (scope != 0
        || subnetPrefix > longestPrefix(subnetFamily)
        || subnetOctets != (subnetPrefix + 7) / 8) {
      return false;
    }
    subnetFirst = octets(memory, data + SUBNET_HEADER, Math.min(8, subnetOctets));
    subnetSecond = octets(memory, data + SUBNET_HEADER + 8, subnetOctets - 8);
    int unused = 8 * subnetOctets - subnetPrefix;
    return unused == 0 || (subnetOctet(subnetOctets - 1) & ((1 << unused) - 1)) == 0;
  }

  /// Family 0 is that of clients that want no subnet to be used, and has no address.
  private static int longestPrefix(int family) {
    return switch (family) {
      case 0 -> 0;
      case IPV4 -> 32;
      case IPV6 -> 128;
      default -> -1;
    };
  }

  /// Up to eight octets, the first in the highest bits.
  private static long octets(MemorySegment memory, long from, int count) {
    long octets = 0;
    for (int i = 0; i < count; i++) {
      octets |= (memory.get(Layouts.BYTE, from + i) & 0xFFL) << (56 - 8 * i);
    }
    return octets;
  }
}
