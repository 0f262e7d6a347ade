/// The kinds of check and their schedule: probes endpoints and hands observations to publish.
///
/// In: probe targets. Out: observations. Thread: Netty event loops. May import: failover.model,
/// failover.opinion, publish (ports), metrics.
@NullMarked
package detour.server.probe;

import org.jspecify.annotations.NullMarked;
