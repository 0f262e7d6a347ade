package detour.server.cluster.store;

import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/// The endpoints of etcd, and which of them to ask next. Any thread.
///
/// They are asked in the order in which they were declared, so the nearest comes first; one that
/// failed is left alone for a while that doubles with each failure in a row. When all are left
/// alone, the one whose while ends first is asked, so nobody is ever out of endpoints.
final class Endpoints {
  private static final long PENALTY_FIRST_NANOS = 500_000_000L;
  private static final long PENALTY_MAX_NANOS = 30_000_000_000L;

  private final List<Standing> standings;
  private final RandomGenerator chance;

  /// How one endpoint has fared; guarded by the list that holds it.
  private static final class Standing {
    private final URI endpoint;
    private int failures;
    private long leftAloneUntilNanos = Long.MIN_VALUE;

    Standing(URI endpoint) {
      this.endpoint = endpoint;
    }
  }

  Endpoints(List<URI> endpoints, RandomGenerator chance) {
    this.standings = endpoints.stream().map(Standing::new).toList();
    this.chance = chance;
  }

  int count() {
    return standings.size();
  }

  /// @param tried those that are asked again only when all were
  URI next(Set<URI> tried, long nowNanos) {
    synchronized (standings) {
      Set<URI> passedOver = tried.size() >= standings.size() ? new HashSet<>() : tried;
      Standing best = null;
      for (Standing standing : standings) {
        if (!passedOver.contains(standing.endpoint)
            && (best == null || waitNanos(standing, nowNanos) < waitNanos(best, nowNanos))) {
          best = standing;
        }
      }
      return best == null ? standings.getFirst().endpoint : best.endpoint;
    }
  }

  void failed(URI endpoint, long nowNanos) {
    synchronized (standings) {
      Standing standing = standing(endpoint);
      long penalty =
          Math.min(PENALTY_MAX_NANOS, PENALTY_FIRST_NANOS << Math.min(standing.failures, 10));
      standing.failures++;
      // Between a half and the whole, so that nodes do not come back all at the same moment.
      standing.leftAloneUntilNanos = nowNanos + penalty / 2 + chance.nextLong(penalty / 2);
    }
  }

  void answered(URI endpoint) {
    synchronized (standings) {
      Standing standing = standing(endpoint);
      standing.failures = 0;
      standing.leftAloneUntilNanos = Long.MIN_VALUE;
    }
  }

  private Standing standing(URI endpoint) {
    return standings.stream()
        .filter(standing -> standing.endpoint.equals(endpoint))
        .findFirst()
        .orElseThrow();
  }

  private static long waitNanos(Standing standing, long nowNanos) {
    return standing.failures == 0 ? 0 : Math.max(0, standing.leftAloneUntilNanos - nowNanos);
  }
}
