/// Whether this vantage may believe its own eyes: when nearly everything fails at once, the fault
/// is likely here.
///
/// In: observations. Out: whether a result counts, whether a DOWN is believed, what to probe now.
/// Thread: the caller's. May import: model, opinion.
@NullMarked
package detour.failover.guard;

import org.jspecify.annotations.NullMarked;
