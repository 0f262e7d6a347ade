/// UDP and TCP sockets: bytes in, bytes out. Knows no policy.
///
/// In: queries. Out: responses. Thread: one platform thread per UDP socket; Netty event loops for
/// TCP. May import: dns.answer, linux, metrics.
@NullMarked
package detour.server.listen;

import org.jspecify.annotations.NullMarked;
