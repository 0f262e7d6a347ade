/// A client of any DNS server: asks one question and tells everything about the answer.
///
/// In: a question and how to ask it. Out: a report. Thread: the caller's. May import: `dns.wire`
/// for names and numbers; messages are read and written by dnsjava. Never on the server's own path.
@NullMarked
package detour.server.query;

import org.jspecify.annotations.NullMarked;
