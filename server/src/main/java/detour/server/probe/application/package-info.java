/// The kinds that speak an application's own protocol: `grpc`, `postgres`, `mysql`, `redis`.
///
/// In: a probe run. Out: its end. Thread: Netty event loops; what takes long is computed on virtual
/// threads. May import: probe, probe.tls, probe.text, options, failover.model.
@NullMarked
package detour.server.probe.application;

import org.jspecify.annotations.NullMarked;
