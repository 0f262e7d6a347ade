package detour.failover.selection;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What a service answers on one track, and why. Times are monotonic nanoseconds.
///
/// @param pool the position of the pool that serves; -1 in a last resort and without members
/// @param latch the position of the current pool: it serves, or served before the last resort; -1
///   before any has served. This is what is stored
/// @param wanted the position of the first available pool; -1 when none is
/// @param lastResort what is answered instead of a pool; null while one serves
/// @param endpoints what is answered, in the order of the configuration
/// @param reason one sentence without a final full stop
/// @param sinceNanos since when this pool or last resort answers
/// @param failbackAtNanos when a timed failback will happen; empty when none runs
/// @param pools by position
/// @param budget how much of the failover budget is used, and whether that holds the selection
/// @param lastHealthy what is answered as `when_all_down: last`; empty when nothing was healthy yet
public record Selection(
    Track track,
    Status status,
    int pool,
    int latch,
    int wanted,
    @Nullable LastResort lastResort,
    List<EndpointPosition> endpoints,
    String reason,
    long sinceNanos,
    OptionalLong failbackAtNanos,
    List<PoolAvailability> pools,
    List<EndpointPosition> lastHealthy,
    BudgetUse budget,
    Ttl ttl) {

  /// How things stand.
  public enum Status {
    /// The first pool serves.
    SERVING,
    /// A later pool serves; no earlier one is available.
    FAILED_OVER,
    /// A later pool serves; an earlier one is available and waits for an operator.
    READY,
    /// A later pool serves; an earlier one is available and takes over soon.
    FAILING_BACK,
    /// The current pool cannot serve and a later one could; the fence before the failover does not
    /// stand yet.
    FENCING,
    /// No pool is available.
    LAST_RESORT,
    /// No pool has an endpoint of this family: NODATA.
    NO_MEMBERS
  }

  /// What kind of answer this is.
  public enum Answer {
    ENDPOINTS,
    NODATA,
    SERVFAIL
  }

  public Selection {
    endpoints = List.copyOf(endpoints);
    pools = List.copyOf(pools);
    lastHealthy = List.copyOf(lastHealthy);
  }

  /// The same with more to say about why.
  ///
  /// @param more the end of the sentence
  public Selection because(String more) {
    return new Selection(
        track,
        status,
        pool,
        latch,
        wanted,
        lastResort,
        endpoints,
        reason + "; " + more,
        sinceNanos,
        failbackAtNanos,
        pools,
        lastHealthy,
        budget,
        ttl);
  }

  public Answer answer() {
    if (lastResort == LastResort.SERVFAIL) {
      return Answer.SERVFAIL;
    }
    return endpoints.isEmpty() ? Answer.NODATA : Answer.ENDPOINTS;
  }

  /// The sentence for the Extended DNS Error of the answer; null while a pool serves.
  public @Nullable String extendedError() {
    return lastResort == null ? null : lastResort.sentence();
  }

  /// When [SelectionRules#next] must run again although no input changed; empty for never.
  public OptionalLong nextEvaluationNanos() {
    OptionalLong ttlChange = ttl.changesAtNanos();
    if (failbackAtNanos.isEmpty() || ttlChange.isEmpty()) {
      return failbackAtNanos.isEmpty() ? ttlChange : failbackAtNanos;
    }
    return ttlChange.getAsLong() - failbackAtNanos.getAsLong() < 0 ? ttlChange : failbackAtNanos;
  }
}
