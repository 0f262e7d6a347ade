package detour.server.publish;

import detour.failover.model.Health;
import detour.failover.model.Service;
import detour.failover.opinion.ServiceHealth;
import detour.failover.selection.EndpointHealth;
import detour.failover.selection.Selection;
import detour.failover.selection.SelectionRules;
import java.util.List;
import java.util.OptionalLong;

/// What the checks of other services are told of a service that was judged: up while it has an
/// available pool.
final class AskedService {
  private AskedService() {}

  /// @param health of its endpoints, by pool and position
  static ServiceHealth health(
      Service service,
      List<Selection> selections,
      List<List<EndpointHealth>> health,
      long nowNanos) {
    boolean up = selections.stream().anyMatch(AskedService::serves);
    OptionalLong earliest = earliestDecisionNanos(health, up, nowNanos);
    if (earliest.isPresent()) {
      List<List<EndpointHealth>> after =
          health.stream().map(pool -> pool.stream().map(e -> turned(e, up)).toList()).toList();
      boolean upThen =
          selections.stream()
              .map(s -> SelectionRules.next(service, s.track(), s, after, nowNanos, false))
              .anyMatch(AskedService::serves);
      if (upThen == up) {
        earliest = OptionalLong.empty();
      }
    }
    return new ServiceHealth(up ? Health.UP : Health.DOWN, earliest);
  }

  private static boolean serves(Selection selection) {
    return selection.status() != Selection.Status.LAST_RESORT
        && selection.status() != Selection.Status.NO_MEMBERS;
  }

  /// Whether a change of this endpoint is pending that could alter the service.
  private static boolean counts(EndpointHealth endpoint, boolean up) {
    return endpoint.earliestDecisionNanos().isPresent() && endpoint.healthy() == up;
  }

  private static EndpointHealth turned(EndpointHealth endpoint, boolean up) {
    return counts(endpoint, up)
        ? new EndpointHealth(
            !endpoint.healthy(), endpoint.takenOut(), endpoint.reason(), OptionalLong.empty())
        : endpoint;
  }

  private static OptionalLong earliestDecisionNanos(
      List<List<EndpointHealth>> health, boolean up, long nowNanos) {
    // Compared by their distance, since the clock may wrap around.
    OptionalLong inNanos =
        health.stream()
            .flatMap(List::stream)
            .filter(endpoint -> counts(endpoint, up))
            .mapToLong(endpoint -> endpoint.earliestDecisionNanos().orElse(nowNanos) - nowNanos)
            .min();
    return inNanos.isPresent()
        ? OptionalLong.of(nowNanos + inNanos.getAsLong())
        : OptionalLong.empty();
  }
}
