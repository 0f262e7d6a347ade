/// `detour demo`: a whole failover before your eyes, with real processes on loopback.
///
/// In: a terminal. Out: a narrated story, and whether every step of it was really observed. Thread:
/// main. May import: nothing of ours; it uses the server as anybody would, by its command line and
/// by DNS queries.
@NullMarked
package detour.server.demo;

import org.jspecify.annotations.NullMarked;
