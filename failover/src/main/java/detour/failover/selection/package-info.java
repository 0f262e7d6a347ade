/// Verdicts and policy into the pool that serves: pools, failback, last resort, TTL.
///
/// In: health of endpoints, the former selection. Out: a selection and its reason. Thread: the
/// caller's. May import: model, opinion, verdict.
@NullMarked
package detour.failover.selection;

import org.jspecify.annotations.NullMarked;
