package detour.failover.model;

import java.util.List;

/// A named, ordered group of endpoints of a service.
///
/// @param name unique within its service; by default `pool1`, `pool2`, ... by position
/// @param minHealthy available while at least this many endpoints, or this percentage of the
///   weight, is healthy
public record Pool(String name, List<Endpoint> endpoints, Share minHealthy) {
  public Pool {
    endpoints = List.copyOf(endpoints);
  }
}
