/// What probes found over the last hour, in as many steps as a fixed amount of memory allows.
@NullMarked
package detour.server.trend;

import org.jspecify.annotations.NullMarked;
