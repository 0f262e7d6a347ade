/// Every counter in one enum, and their exposition. Everyone may count.
///
/// In: increments. Out: Prometheus text. Thread: any. May import: nothing of ours.
@NullMarked
package detour.server.metrics;

import org.jspecify.annotations.NullMarked;
