/// The HTTP API: JSON, events, metrics.
///
/// In: requests. Out: what publish and trend show, commands to publish, and the dashboard's files.
/// Thread: Jetty's. May import: access, failover, metrics, pem, publish, trend.
@NullMarked
package detour.server.api;

import org.jspecify.annotations.NullMarked;
