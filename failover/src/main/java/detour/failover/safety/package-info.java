/// Whether what an operator asks for may be done: safety rules, and the fence before a failover.
///
/// In: rules, what could serve before and after. Out: objections by the rule's name. Thread: the
/// caller's. May import: model.
@NullMarked
package detour.failover.safety;

import org.jspecify.annotations.NullMarked;
