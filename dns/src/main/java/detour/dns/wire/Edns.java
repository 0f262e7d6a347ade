package detour.dns.wire;

/// Sizes and bits of EDNS (RFC 6891) and of the options that are used.
///
/// The OPT record, offsets from its first octet:
///
/// ```
/// 0  NAME      root, one zero octet
/// 1  TYPE      41
/// 3  CLASS     the sender's UDP payload size
/// 5  TTL       extended RCODE (8 bits), version (8), DO (1), Z (15)
/// 9  RDLEN     octets of the options: code (16 bits), length (16), data
/// ```
public final class Edns {
  /// Octets of an OPT record without options.
  public static final int OPT_OCTETS = 11;

  /// The version spoken here.
  public static final int VERSION = 0;

  /// DO, within the lower 16 bits of the TTL field (RFC 3225).
  public static final int DNSSEC_OK = 0x8000;

  /// What every UDP receiver takes (RFC 1035 section 2.3.4).
  public static final int MINIMUM_UDP_OCTETS = 512;

  /// What crosses nearly every path without fragments.
  public static final int DEFAULT_UDP_OCTETS = 1232;

  /// Option code of an Extended DNS Error (RFC 8914 section 2).
  public static final int EXTENDED_ERROR = 15;

  /// Info-code "Other Error" (RFC 8914 section 4.1).
  public static final int EXTENDED_ERROR_OTHER = 0;

  /// Info-code "Not Authoritative" (RFC 8914 section 4.21).
  public static final int EXTENDED_ERROR_NOT_AUTHORITATIVE = 20;

  /// Info-code "Not Supported" (RFC 8914 section 4.22).
  public static final int EXTENDED_ERROR_NOT_SUPPORTED = 21;

  /// Option code of the name server's identifier, NSID (RFC 5001 section 4).
  public static final int NAME_SERVER_ID = 3;

  /// Option code of ZONEVERSION (RFC 9660 section 2.1).
  public static final int ZONE_VERSION = 19;

  /// TYPE of a ZONEVERSION that is the SERIAL of the zone's SOA record, 4 octets (RFC 9660 section
  /// 2.1).
  public static final int ZONE_VERSION_SERIAL = 0;

  /// TYPE of a ZONEVERSION that is the selection epoch, 8 octets, from the range for private use
  /// (RFC 9660 section 7.2).
  public static final int ZONE_VERSION_EPOCH = 246;

  /// Option code of the client's subnet, ECS (RFC 7871 section 6).
  public static final int CLIENT_SUBNET = 8;

  /// Option code of a cookie (RFC 7873 section 4).
  public static final int COOKIE = 10;

  /// Octets of a client's cookie (RFC 7873 section 4.1).
  public static final int CLIENT_COOKIE_OCTETS = 8;

  /// Octets of a server's cookie of version 1 (RFC 9018 section 4).
  public static final int SERVER_COOKIE_OCTETS = 16;

  /// Option code of the idle time of a TCP connection (RFC 7828 section 3.1).
  public static final int TCP_KEEPALIVE = 11;

  /// Option code of padding (RFC 7830 section 3).
  public static final int PADDING = 12;

  private Edns() {}
}
