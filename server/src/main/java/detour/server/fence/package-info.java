/// Raises fences before failovers: runs the program or calls the webhook that a service names.
///
/// In: orders of `publish`. Out: how each ended. Thread: a virtual one for each order. May import:
/// publish (port), failover.model, failover.safety.
@NullMarked
package detour.server.fence;

import org.jspecify.annotations.NullMarked;
