package detour.failover.verdict;

import detour.failover.model.Health;

/// One vantage's say on one endpoint.
///
/// @param present its lease is alive and it is not impaired; an UNKNOWN opinion does not count as
///   present either
public record Vote(String vantage, Health opinion, boolean present) {}
