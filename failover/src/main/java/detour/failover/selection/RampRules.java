package detour.failover.selection;

import detour.failover.model.Endpoint;
import detour.failover.model.Pool;
import detour.failover.model.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// The weight of endpoints that came back: a share of it that grows in [#STEPS] even steps over the
/// service's `ramp`.
///
/// | time since it came back, of `ramp` | 0 | 1/10 | 2/10 | ... | 9/10 |
/// |---|---|---|---|---|---|
/// | its share of its weight | 1/10 | 2/10 | 3/10 | ... | 10/10 |
///
/// Endpoints that came back together have the same share, so among each other they keep the
/// proportions of their weights. A weight above 0 stays at least 1.
public final class RampRules {
  public static final int STEPS = 10;
  private static final int GREATEST_WEIGHT = 65_535;

  private RampRules() {}

  /// How many tenths of its weight an endpoint has; [#STEPS] for all of it.
  ///
  /// @param cameBackNanos when it came back; empty when it was never away
  public static int steps(Service service, OptionalLong cameBackNanos, long nowNanos) {
    long ramp = service.ramp().toNanos();
    if (ramp == 0 || cameBackNanos.isEmpty()) {
      return STEPS;
    }
    long passed = Math.max(0, nowNanos - cameBackNanos.getAsLong());
    return passed >= ramp ? STEPS : (int) Math.min(STEPS, passed / stepNanos(ramp) + 1);
  }

  /// When [#steps] becomes more; empty when it has all its weight.
  public static OptionalLong nextStepNanos(
      Service service, OptionalLong cameBackNanos, long nowNanos) {
    int steps = steps(service, cameBackNanos, nowNanos);
    return steps == STEPS || cameBackNanos.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(cameBackNanos.getAsLong() + steps * stepNanos(service.ramp().toNanos()));
  }

  /// The service with the weights that its answers are to have now; the service itself when every
  /// endpoint has all of its weight.
  ///
  /// @param steps by pool and endpoint, from 1 to [#STEPS]
  public static Service weighted(Service service, List<List<Integer>> steps) {
    if (steps.stream().allMatch(pool -> pool.stream().allMatch(step -> step == STEPS))) {
      return service;
    }
    // Small weights have no tenths, so all are taken ten times, as far as records can have that.
    long most =
        service.pools().stream()
            .flatMap(pool -> pool.endpoints().stream())
            .mapToLong(endpoint -> (long) endpoint.weight() * STEPS)
            .max()
            .orElse(1);
    List<Pool> pools = new ArrayList<>();
    for (int pool = 0; pool < steps.size(); pool++) {
      pools.add(weighted(service.pools().get(pool), steps.get(pool), most));
    }
    return service.withPools(pools);
  }

  private static Pool weighted(Pool pool, List<Integer> steps, long most) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int index = 0; index < steps.size(); index++) {
      Endpoint endpoint = pool.endpoints().get(index);
      long weight = (long) endpoint.weight() * steps.get(index);
      if (most > GREATEST_WEIGHT) {
        weight = weight * GREATEST_WEIGHT / most;
      }
      int atLeast = endpoint.weight() == 0 ? 0 : 1;
      endpoints.add(endpoint.withWeight((int) Math.max(atLeast, weight)));
    }
    return new Pool(pool.name(), endpoints, pool.minHealthy());
  }

  private static long stepNanos(long rampNanos) {
    return Math.max(1, rampNanos / STEPS);
  }
}
