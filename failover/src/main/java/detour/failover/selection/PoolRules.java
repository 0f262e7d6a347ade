package detour.failover.selection;

import detour.failover.model.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// When a pool can serve: while at least `min_healthy` of its members on this track is healthy, and
/// never without a healthy one.
///
/// A count is taken as no more than there are members: a pool with one IPv6 endpoint among five is
/// available for IPv6 with that one. A percentage is of the weight; where all weights are 0, of the
/// number.
final class PoolRules {
  private static final int REASONS_SHOWN = 2;

  private PoolRules() {}

  static List<PoolAvailability> availability(Situation situation, @Nullable Selection previous) {
    List<PoolAvailability> pools = new ArrayList<>();
    for (int pool = 0; pool < situation.service().pools().size(); pool++) {
      pools.add(availability(situation, previous, pool));
    }
    return pools;
  }

  private static PoolAvailability availability(
      Situation situation, @Nullable Selection previous, int pool) {
    List<EndpointPosition> members = situation.members(pool);
    List<EndpointPosition> healthy = situation.healthyMembers(pool);
    Share minHealthy = situation.service().pools().get(pool).minHealthy();
    boolean available = !healthy.isEmpty() && enough(situation, minHealthy, members, healthy);
    OptionalLong since = available ? since(situation, previous, pool) : OptionalLong.empty();
    String reason = reason(situation, minHealthy, members, healthy, available);
    return new PoolAvailability(available, healthy.size(), members.size(), reason, since);
  }

  /// Which members of an available pool are answered: the healthy ones that are not degraded, where
  /// they are enough for `min_healthy`; else all that are healthy.
  static List<EndpointPosition> preferred(Situation situation, int pool) {
    List<EndpointPosition> undegraded = situation.undegradedMembers(pool);
    Share minHealthy = situation.service().pools().get(pool).minHealthy();
    boolean suffice =
        !undegraded.isEmpty() && enough(situation, minHealthy, situation.members(pool), undegraded);
    return suffice ? undegraded : situation.healthyMembers(pool);
  }

  private static boolean enough(
      Situation situation,
      Share minHealthy,
      List<EndpointPosition> members,
      List<EndpointPosition> healthy) {
    if (!minHealthy.percent()) {
      return healthy.size() >= Math.min(minHealthy.value(), members.size());
    }
    return share(situation, healthy, members) * 100
        >= minHealthy.value() * whole(situation, members);
  }

  /// The weight of all; their number where that is 0.
  private static long whole(Situation situation, List<EndpointPosition> members) {
    long weight = weight(situation, members);
    return weight == 0 ? members.size() : weight;
  }

  private static long share(
      Situation situation, List<EndpointPosition> part, List<EndpointPosition> members) {
    return weight(situation, members) == 0 ? part.size() : weight(situation, part);
  }

  private static long weight(Situation situation, List<EndpointPosition> endpoints) {
    long weight = 0;
    for (EndpointPosition at : endpoints) {
      weight += situation.endpoint(at).weight();
    }
    return weight;
  }

  private static OptionalLong since(Situation situation, @Nullable Selection previous, int pool) {
    OptionalLong since =
        previous != null && pool < previous.pools().size()
            ? previous.pools().get(pool).availableSinceNanos()
            : OptionalLong.empty();
    return since.isPresent() ? since : OptionalLong.of(situation.nowNanos());
  }

  private static String reason(
      Situation situation,
      Share minHealthy,
      List<EndpointPosition> members,
      List<EndpointPosition> healthy,
      boolean available) {
    if (members.isEmpty()) {
      return "it does not have " + situation.track().member();
    }
    int degraded = 0;
    for (EndpointPosition at : healthy) {
      degraded += situation.health(at).degraded() ? 1 : 0;
    }
    String count =
        healthy.size()
            + " of "
            + members.size()
            + " healthy"
            + (degraded == 0 ? "" : ", " + degraded + " of them degraded");
    if (available) {
      return count;
    }
    String weight =
        minHealthy.percent()
            ? ", %d%% of the weight"
                .formatted(share(situation, healthy, members) * 100 / whole(situation, members))
            : "";
    String needed =
        minHealthy.percent() || minHealthy.value() > 1
            ? ", at least %s needed".formatted(minHealthy)
            : "";
    return count + weight + needed;
  }

  /// Which members of a pool are not healthy and why, in brackets; the first few of them.
  static String unhealthy(Situation situation, int pool) {
    StringBuilder shown = new StringBuilder();
    int sick = 0;
    for (EndpointPosition at : situation.members(pool)) {
      EndpointHealth health = situation.health(at);
      if (!health.healthy() && ++sick <= REASONS_SHOWN) {
        shown.append(sick == 1 ? " (" : "; ");
        shown.append(situation.endpoint(at).name()).append(": ").append(health.reason());
      }
    }
    if (sick > REASONS_SHOWN) {
      shown.append("; and ").append(sick - REASONS_SHOWN).append(" more");
    }
    return sick == 0 ? "" : shown.append(')').toString();
  }
}
