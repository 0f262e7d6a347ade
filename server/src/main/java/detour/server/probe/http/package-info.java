/// The kinds `http` and `https`.
///
/// In: a probe run. Out: its end. Thread: Netty event loops. May import: probe, probe.tls,
/// probe.text, options, failover.model.
@NullMarked
package detour.server.probe.http;

import org.jspecify.annotations.NullMarked;
