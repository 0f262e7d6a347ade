package detour.server.query;

import org.jspecify.annotations.Nullable;

/// What the OPT record of a query says.
///
/// @param udpOctets the largest answer over UDP that is taken, 512 to 65535
/// @param nsid ask which server answers (RFC 5001)
/// @param zoneVersion ask for the zone's versions (RFC 9660)
/// @param keepalive ask how long a connection may idle (RFC 7828); sent over streams only
/// @param cookie null for none; else 8 octets of the client's, and perhaps the server's of 8 to 32
///   behind them (RFC 7873)
/// @param subnet null for none
/// @param padded fill up to a multiple of 128 octets (RFC 8467 section 4.1)
@SuppressWarnings("ArrayRecordComponent") // never compared
public record EdnsSettings(
    int udpOctets,
    boolean dnssecOk,
    boolean nsid,
    boolean zoneVersion,
    boolean keepalive,
    byte @Nullable [] cookie,
    @Nullable Subnet subnet,
    boolean padded) {}
