/// The list of every kind of check.
///
/// May import: the packages of the kinds.
@NullMarked
package detour.server.probe.kinds;

import org.jspecify.annotations.NullMarked;
