package detour.failover.selection;

import detour.failover.model.Endpoint;
import detour.failover.model.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// What one selection is decided from.
record Situation(Service service, Track track, List<List<EndpointHealth>> health, long nowNanos) {
  Situation {
    boolean fits = health.size() == service.pools().size();
    for (int pool = 0; fits && pool < health.size(); pool++) {
      fits = health.get(pool).size() == service.pools().get(pool).endpoints().size();
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "health must have one entry per endpoint of each pool of " + service.name());
    }
  }

  Endpoint endpoint(EndpointPosition at) {
    return service.pools().get(at.pool()).endpoints().get(at.endpoint());
  }

  EndpointHealth health(EndpointPosition at) {
    return health.get(at.pool()).get(at.endpoint());
  }

  /// The endpoints of a pool that count on this track.
  List<EndpointPosition> members(int pool) {
    return members(pool, _ -> true);
  }

  List<EndpointPosition> healthyMembers(int pool) {
    return members(pool, at -> health(at).healthy());
  }

  /// The healthy ones without a warning.
  List<EndpointPosition> undegradedMembers(int pool) {
    return members(pool, at -> health(at).healthy() && !health(at).degraded());
  }

  List<EndpointPosition> allMembers() {
    return IntStream.range(0, service.pools().size())
        .boxed()
        .flatMap(pool -> members(pool).stream())
        .toList();
  }

  private List<EndpointPosition> members(int pool, Predicate<EndpointPosition> wanted) {
    List<EndpointPosition> members = new ArrayList<>();
    for (int endpoint = 0; endpoint < health.get(pool).size(); endpoint++) {
      EndpointPosition at = new EndpointPosition(pool, endpoint);
      if (track.includes(endpoint(at)) && wanted.test(at)) {
        members.add(at);
      }
    }
    return members;
  }
}
