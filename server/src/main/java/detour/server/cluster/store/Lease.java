package detour.server.cluster.store;

import java.time.Duration;

/// A lease that was granted.
///
/// @param id never 0
/// @param timeToLive after which it ends unless kept alive; not less than asked for
public record Lease(long id, Duration timeToLive) {}
