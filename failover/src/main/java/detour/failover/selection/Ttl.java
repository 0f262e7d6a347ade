package detour.failover.selection;

import java.util.OptionalLong;

/// How long resolvers may keep the answer.
///
/// @param seconds within the service's `ttl_min` and `ttl`
/// @param pending a change of the answer is in the air, so `seconds` is the time until it may come
/// @param changesAtNanos when `seconds` becomes smaller if nothing else happens, monotonic; empty
///   when time alone does not change it
public record Ttl(int seconds, boolean pending, OptionalLong changesAtNanos) {}
