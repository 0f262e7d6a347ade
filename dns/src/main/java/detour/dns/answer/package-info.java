/// Question in, response bytes out; the answer table, and the choice among a service's prepared
/// answers.
///
/// In: a query in a caller's buffer. Out: the response in the same buffer. Thread: one Responder
/// per thread. May import: wire, zone.
@NullMarked
package detour.dns.answer;

import org.jspecify.annotations.NullMarked;
