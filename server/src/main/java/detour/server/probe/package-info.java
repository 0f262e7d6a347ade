/// The schedule of checks and the run of a probe: probes endpoints and hands observations to
/// publish.
///
/// In: probe targets. Out: observations. Thread: Netty event loops. May import: failover.model,
/// failover.opinion, options, publish (ports), metrics, probe.tls, probe.text.
@NullMarked
package detour.server.probe;

import org.jspecify.annotations.NullMarked;
