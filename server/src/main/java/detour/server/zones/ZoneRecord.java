package detour.server.zones;

import detour.dns.wire.Name;
import org.jspecify.annotations.Nullable;

/// One record of a zone.
///
/// @param type RFC 1035 type number
/// @param rdata uncompressed
/// @param place null where the zone was not read from a file
/// @param service whether it comes from a service, as it is while all endpoints are healthy
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ZoneRecord(
    Name owner,
    int type,
    long ttlSeconds,
    byte[] rdata,
    @Nullable RecordPlace place,
    boolean service) {}
