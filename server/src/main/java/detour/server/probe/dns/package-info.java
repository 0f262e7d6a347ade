/// The `dns` check: one query, and what its answer must be.
///
/// In: a probe run. Out: its end. Thread: Netty event loops. May import: probe, probe.tls,
/// probe.text, options, failover.model.
@NullMarked
package detour.server.probe.dns;

import org.jspecify.annotations.NullMarked;
