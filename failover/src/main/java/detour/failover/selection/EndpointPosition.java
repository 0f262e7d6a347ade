package detour.failover.selection;

/// An endpoint of a service: the position of its pool, and its own within the pool, both from 0.
public record EndpointPosition(int pool, int endpoint) {}
