/// The `icmp` check: echo requests and their replies.
///
/// In: a probe run. Out: its end. Thread: Netty event loops, and one that owns the sockets. May
/// import: probe, probe.text, options, failover.model, linux.
@NullMarked
package detour.server.probe.icmp;

import org.jspecify.annotations.NullMarked;
