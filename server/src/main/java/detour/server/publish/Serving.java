package detour.server.publish;

/// What a node answers with, in short: nodes that agree show equal values.
///
/// @param agreedRevision the revision of the store whose latches and overrides this node has taken
///   over; 0 for none
/// @param digest over the pool that serves each service, in whatever order they were judged
/// @param frozen how many endpoints have a verdict that cannot change because too few vantages are
///   present
public record Serving(long agreedRevision, long digest, int frozen) {}
