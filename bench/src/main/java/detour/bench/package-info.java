/// Benchmarks of the query path under JMH. Not shipped.
///
/// In: zones and queries made up here. Out: times and allocation rates on the terminal. May import:
/// everything.
@NullMarked
package detour.bench;

import org.jspecify.annotations.NullMarked;
