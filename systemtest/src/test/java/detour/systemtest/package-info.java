/// The packaged server as a black box: real processes, real sockets, real peers.
///
/// In: `server/target/dist`. Out: what an operator and a resolver would see. May import: nothing of
/// the server's.
@NullMarked
package detour.systemtest;

import org.jspecify.annotations.NullMarked;
