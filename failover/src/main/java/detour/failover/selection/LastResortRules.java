package detour.failover.selection;

import detour.failover.model.WhenAllDown;
import java.util.List;
import java.util.stream.IntStream;

/// What is answered when no pool is available.
///
/// A last resort distrusts the checks, not the operator: endpoints that an operator took out stay
/// out unless nothing else would be left to answer.
final class LastResortRules {
  private LastResortRules() {}

  static LastResort kind(WhenAllDown whenAllDown) {
    return switch (whenAllDown) {
      case WhenAllDown.Primary _ -> LastResort.PRIMARY;
      case WhenAllDown.Last _ -> LastResort.LAST;
      case WhenAllDown.All _ -> LastResort.ALL;
      case WhenAllDown.NoData _ -> LastResort.NODATA;
      case WhenAllDown.ServFail _ -> LastResort.SERVFAIL;
      case WhenAllDown.NamedPool _ -> LastResort.NAMED_POOL;
    };
  }

  static List<EndpointPosition> endpoints(Situation situation, List<EndpointPosition> lastHealthy) {
    return switch (situation.service().whenAllDown()) {
      case WhenAllDown.Primary _ -> trusted(situation, firstPool(situation));
      case WhenAllDown.Last _ -> last(situation, lastHealthy);
      case WhenAllDown.All _ -> trusted(situation, situation.allMembers());
      case WhenAllDown.NoData _, WhenAllDown.ServFail _ -> List.of();
      case WhenAllDown.NamedPool(String name) -> trusted(situation, namedPool(situation, name));
    };
  }

  /// The endpoints that are healthy while too few for their pool, of the current pool before
  /// others; where none is, those that were when there last was one.
  static List<EndpointPosition> lastHealthy(
      Situation situation, int latch, List<EndpointPosition> remembered) {
    int pools = situation.service().pools().size();
    return IntStream.concat(IntStream.of(Math.max(latch, 0)), IntStream.range(0, pools))
        .mapToObj(situation::healthyMembers)
        .filter(healthy -> !healthy.isEmpty())
        .findFirst()
        .orElse(remembered);
  }

  private static List<EndpointPosition> last(
      Situation situation, List<EndpointPosition> lastHealthy) {
    List<EndpointPosition> kept = notTakenOut(situation, lastHealthy);
    return kept.isEmpty() ? trusted(situation, firstPool(situation)) : kept;
  }

  private static List<EndpointPosition> namedPool(Situation situation, String name) {
    int pool = Renaming.position(situation.service(), name);
    return pool < 0 ? firstPool(situation) : situation.members(pool);
  }

  /// The members of the first pool that has any.
  private static List<EndpointPosition> firstPool(Situation situation) {
    return IntStream.range(0, situation.service().pools().size())
        .mapToObj(situation::members)
        .filter(members -> !members.isEmpty())
        .findFirst()
        .orElse(List.of());
  }

  private static List<EndpointPosition> trusted(
      Situation situation, List<EndpointPosition> endpoints) {
    List<EndpointPosition> kept = notTakenOut(situation, endpoints);
    return kept.isEmpty() ? endpoints : kept;
  }

  private static List<EndpointPosition> notTakenOut(
      Situation situation, List<EndpointPosition> endpoints) {
    return endpoints.stream().filter(at -> !situation.health(at).takenOut()).toList();
  }
}
