/// The one writer: observations, resolved addresses and commands in; a new answer table and a new
/// published state out.
///
/// In: the inbox. Out: one swap of the answer table, one of the published state. Thread: `publish`.
/// May import: dns, failover, metrics.
@NullMarked
package detour.server.publish;

import org.jspecify.annotations.NullMarked;
