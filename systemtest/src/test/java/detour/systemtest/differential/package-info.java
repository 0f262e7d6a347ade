/// The packaged server beside Knot, NSD and BIND: the same zones, the same questions, over the same
/// kind of sockets.
///
/// In: zones and questions. Out: where this server is alone, and not for a reason of
/// `docs/differences.md`. May import: what starts processes in the package above; of the server's
/// only the reader of zone files, which says which random zones may be served at all.
@NullMarked
package detour.systemtest.differential;

import org.jspecify.annotations.NullMarked;
