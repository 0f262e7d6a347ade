/// Zones for people: what is questionable in one, and its records as canonical text.
///
/// In: zone files, or the zones of a configuration. Out: findings with their places, records in
/// order. Thread: the caller's. May import: `config` for the reader, `query` for record data,
/// `dns.wire`, `dns.zone`. Never in a running server.
@NullMarked
package detour.server.zones;

import org.jspecify.annotations.NullMarked;
