/// The metrics, pushed by OTLP over HTTP to an OpenTelemetry collector.
///
/// In: the exposition. Out: HTTP requests. Thread: `telemetry`. May import: `metrics`.
@NullMarked
package detour.server.telemetry;

import org.jspecify.annotations.NullMarked;
