/// The kind `prometheus`: what a query of a Prometheus server says of an endpoint.
///
/// In: a probe run. Out: its end. Thread: Netty event loops. May import: probe, probe.tls,
/// probe.text, options, failover.model.
@NullMarked
package detour.server.probe.prometheus;

import org.jspecify.annotations.NullMarked;
