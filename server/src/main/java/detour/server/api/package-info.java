/// The HTTP API: JSON, events, metrics.
///
/// In: requests. Out: what publish shows, and commands to it. Thread: Jetty's. May import:
/// failover, publish, metrics.
@NullMarked
package detour.server.api;

import org.jspecify.annotations.NullMarked;
