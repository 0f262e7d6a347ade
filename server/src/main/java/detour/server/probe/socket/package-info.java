/// The kinds that open a socket and look no further than what is sent and received.
///
/// In: a probe run. Out: its end. Thread: Netty event loops. May import: probe, probe.tls,
/// probe.text, options, failover.model.
@NullMarked
package detour.server.probe.socket;

import org.jspecify.annotations.NullMarked;
