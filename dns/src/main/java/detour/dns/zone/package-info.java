/// Immutable zone data and its lookup: answer, referral, NODATA, NXDOMAIN, wildcard, CNAME, DNAME.
///
/// In: records. Out: a [detour.dns.zone.Zone]. Thread: built by one, read by all. May import: wire.
@NullMarked
package detour.dns.zone;

import org.jspecify.annotations.NullMarked;
