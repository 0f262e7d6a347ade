package detour.failover.model;

import java.time.Duration;

/// How many automatic failovers a service may make before an operator has to look at it.
///
/// @param failovers at least 1
/// @param window within which they are counted
public record FailoverBudget(int failovers, Duration window) {}
