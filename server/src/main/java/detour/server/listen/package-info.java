/// UDP and TCP sockets: bytes in, bytes out. Knows no policy.
///
/// In: queries. Out: responses. Thread: one platform thread per UDP socket; Netty event loops for
/// TCP. May import: dns.answer, dns.wire, dnstap, files, linux, metrics, pem.
@NullMarked
package detour.server.listen;

import org.jspecify.annotations.NullMarked;
