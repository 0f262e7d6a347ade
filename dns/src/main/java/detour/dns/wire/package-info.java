/// DNS bytes and their meaning: names, headers, questions, records, EDNS, on buffers the caller
/// owns.
///
/// In: bytes. Out: values, bytes. Thread: any; readers and writers belong to one thread each. May
/// import: nothing of ours.
@NullMarked
package detour.dns.wire;

import org.jspecify.annotations.NullMarked;
