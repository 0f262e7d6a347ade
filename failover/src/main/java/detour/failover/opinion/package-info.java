/// Observations of probes into one vantage's debounced opinion of one endpoint: thresholds and flap
/// damping.
///
/// In: observations. Out: opinions. Thread: the caller's. May import: model.
@NullMarked
package detour.failover.opinion;

import org.jspecify.annotations.NullMarked;
