/// The commands: they talk to a running server through its API only, and `query` to any through
/// DNS.
///
/// In: arguments. Out: tables or JSON, and an exit code. Thread: main. May import: api's records,
/// access, dns.wire, pem, query, zones.
@NullMarked
package detour.server.cli;

import org.jspecify.annotations.NullMarked;
