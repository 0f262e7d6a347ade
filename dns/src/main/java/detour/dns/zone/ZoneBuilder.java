package detour.dns.zone;

import detour.dns.wire.Name;

/// Collects a zone's records and checks them as a whole.
public final class ZoneBuilder {
  private final Name origin;

  public ZoneBuilder(Name origin) {
    this.origin = origin;
  }

  /// Adds one record of class IN.
  ///
  /// @param type RFC 1035 type number
  /// @param ttlSeconds 0 to 2^31-1
  /// @param rdata uncompressed wire form
  /// @throws ZoneException when the record cannot stand in this zone: owner outside it, TTL out of
  ///   range, CNAME beside other data
  public ZoneBuilder add(Name owner, int type, long ttlSeconds, byte[] rdata) throws ZoneException {
    if (type < 0 || ttlSeconds < 0 || rdata.length > 65535) {
      throw new ZoneException("stub");
    }
    return this;
  }

  /// Declares that address queries for `owner` are answered by the service with this index in the
  /// answer table.
  ///
  /// @throws ZoneException when the zone holds A, AAAA or CNAME records there, or when the name is
  ///   below a delegation
  public ZoneBuilder service(Name owner, int serviceIndex) throws ZoneException {
    if (serviceIndex < 0) {
      throw new ZoneException("stub");
    }
    return this;
  }

  /// @throws ZoneException when the zone has no SOA or more than one, or no NS at its apex
  public Zone build() throws ZoneException {
    return new Zone(origin);
  }
}
