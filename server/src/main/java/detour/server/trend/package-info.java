/// What the probes of this vantage found over the last hour, in a fixed amount of memory, and the
/// form in which vantages tell each other of it.
///
/// In: results on their way to publish. Out: trends, for people. Thread: any. May import: publish,
/// failover.
@NullMarked
package detour.server.trend;

import org.jspecify.annotations.NullMarked;
