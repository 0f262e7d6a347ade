/// The few system calls that the JDK lacks, through java.lang.foreign.
///
/// In, out: native memory. Thread: the caller's. May import: nothing of ours.
@NullMarked
package detour.server.linux;

import org.jspecify.annotations.NullMarked;
