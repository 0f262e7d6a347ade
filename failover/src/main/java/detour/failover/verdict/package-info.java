/// Opinions of all vantages and an operator's override into one verdict: quorum, freezing.
///
/// In: votes, overrides. Out: verdicts and health. Thread: the caller's. May import: model,
/// opinion.
@NullMarked
package detour.failover.verdict;

import org.jspecify.annotations.NullMarked;
