/// What must survive a restart: selections, opinions, overrides, history; one SQLite file.
///
/// In: changes. Out: what was saved. Thread: one writer of its own. May import: failover.model,
/// publish (ports), metrics.
@NullMarked
package detour.server.store;

import org.jspecify.annotations.NullMarked;
