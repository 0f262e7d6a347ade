/// What is asked and answered, for whoever listens by dnstap.
///
/// In: messages, by the listener threads. Out: Frame Streams over a socket. Thread: `dnstap`, and
/// each listener for its own ring. May import: `dns.answer`, `metrics`.
@NullMarked
package detour.server.dnstap;

import org.jspecify.annotations.NullMarked;
