/// The daemon's entrance: arguments and exit codes, and the object graph constructed by hand.
@NullMarked
package detour.server;

import org.jspecify.annotations.NullMarked;
