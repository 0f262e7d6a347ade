/// What probes found, as one line for an operator.
///
/// In: errors, text from the network. Out: text. Thread: any. May import: nothing of ours.
@NullMarked
package detour.server.probe.text;

import org.jspecify.annotations.NullMarked;
