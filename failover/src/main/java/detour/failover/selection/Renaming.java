package detour.failover.selection;

import detour.failover.model.Endpoint;
import detour.failover.model.Pool;
import detour.failover.model.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/// Positions in one version of a service into positions in another, by the names of pools and
/// endpoints.
record Renaming(Service before, Service after, Track track) {
  private static final PoolAvailability NOT_YET =
      new PoolAvailability(false, 0, 0, "not evaluated yet", OptionalLong.empty());

  /// Where the pool of that name is; -1 for nowhere.
  static int position(Service service, String pool) {
    List<Pool> pools = service.pools();
    return IntStream.range(0, pools.size())
        .filter(position -> pools.get(position).name().equals(pool))
        .findFirst()
        .orElse(-1);
  }

  Selection apply(Selection selection) {
    return new Selection(
        track,
        selection.status(),
        pool(selection.pool()),
        pool(selection.latch()),
        pool(selection.wanted()),
        selection.lastResort(),
        endpoints(selection.endpoints()),
        selection.reason(),
        selection.sinceNanos(),
        selection.failbackAtNanos(),
        // How long a pool was available says nothing about another choice of its members.
        track == selection.track() ? pools(selection.pools()) : List.of(),
        endpoints(selection.lastHealthy()),
        selection.budget(),
        selection.ttl());
  }

  private int pool(int position) {
    return position < 0 ? -1 : position(after, before.pools().get(position).name());
  }

  private List<EndpointPosition> endpoints(List<EndpointPosition> positions) {
    return positions.stream().map(this::endpoint).flatMap(Optional::stream).toList();
  }

  private Optional<EndpointPosition> endpoint(EndpointPosition at) {
    int pool = pool(at.pool());
    if (pool < 0) {
      return Optional.empty();
    }
    String name = before.pools().get(at.pool()).endpoints().get(at.endpoint()).name();
    List<Endpoint> endpoints = after.pools().get(pool).endpoints();
    return IntStream.range(0, endpoints.size())
        .filter(i -> endpoints.get(i).name().equals(name) && track.includes(endpoints.get(i)))
        .mapToObj(i -> new EndpointPosition(pool, i))
        .findFirst();
  }

  private List<PoolAvailability> pools(List<PoolAvailability> known) {
    List<PoolAvailability> pools = new ArrayList<>();
    for (Pool pool : after.pools()) {
      int old = position(before, pool.name());
      pools.add(old >= 0 && old < known.size() ? known.get(old) : NOT_YET);
    }
    return pools;
  }
}
