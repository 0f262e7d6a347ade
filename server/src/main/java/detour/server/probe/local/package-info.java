/// The kinds that look at this machine: `command` and `file`.
///
/// In: a probe run. Out: its end. Thread: Netty event loops, and threads of its own for what may
/// block. May import: probe, probe.text, options, failover.model.
@NullMarked
package detour.server.probe.local;

import org.jspecify.annotations.NullMarked;
