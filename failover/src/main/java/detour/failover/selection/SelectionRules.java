package detour.failover.selection;

import detour.failover.model.Service;
import detour.failover.selection.Selection.Status;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Which pool serves.
///
/// Wanted is the first available pool. The current pool is a latch; it moves like this:
///
/// | current pool | wanted | then |
/// |---|---|---|
/// | none yet | any | the wanted pool serves |
/// | not available | any, earlier or later | the wanted pool serves at once: SERVING or FAILED_OVER |
/// | available | the same | it goes on serving |
/// | available | earlier, `failback: auto` | FAILING_BACK, then wanted serves |
/// | available | earlier, `failback: manual` | READY, then wanted serves |
/// | any | none | LAST_RESORT as `when_all_down` says; the current pool stays what it was |
///
/// A selection that its failover budget holds ([BudgetUse]) waits for an operator as under
/// `failback: manual`.
///
/// FAILING_BACK ends once wanted has stayed available for `failback_after` without a break, READY
/// once an operator approves.
///
/// The second line is also how a last resort ends: while the current pool is not available,
/// whatever recovers serves at once, under `failback: manual` too, for nothing else could. If the
/// current pool is among those that recover, it serves and an earlier one waits its turn.
public final class SelectionRules {
  private SelectionRules() {}

  /// The selection after `previous` for the health of this moment.
  ///
  /// @param previous the last one, or [#restored] after a start; null for a first start
  /// @param health by pool and endpoint, in the order of the configuration
  /// @param failbackApproved an operator ends the waiting for a failback, this once, be it for the
  ///   approval or for the time; where none waits it does nothing
  /// @throws IllegalArgumentException when `health` has another shape than the service
  public static Selection next(
      Service service,
      Track track,
      @Nullable Selection previous,
      List<List<EndpointHealth>> health,
      long nowNanos,
      boolean failbackApproved) {
    return next(
        service,
        track,
        previous,
        health,
        nowNanos,
        failbackApproved ? FailbackLeave.APPROVED : FailbackLeave.BY_RULE);
  }

  /// The same, for nodes that must ask others before they fail back.
  public static Selection next(
      Service service,
      Track track,
      @Nullable Selection previous,
      List<List<EndpointHealth>> health,
      long nowNanos,
      FailbackLeave leave) {
    Situation situation = new Situation(service, track, health, nowNanos);
    List<PoolAvailability> pools = PoolRules.availability(situation, previous);
    if (pools.stream().allMatch(pool -> pool.members() == 0)) {
      return noMembers(situation, previous, pools);
    }
    int wanted = firstAvailable(pools);
    return wanted < 0
        ? lastResort(situation, previous, pools)
        : served(situation, previous, pools, wanted, leave);
  }

  /// What to start from when only the latch was stored: pass it as `previous`.
  ///
  /// @param latchedPool its name; null, or a pool that the service does not have any more, for none
  /// @param sinceNanos since when that pool serves
  /// @param held whether the failover budget held it
  public static Selection restored(
      Service service, Track track, @Nullable String latchedPool, long sinceNanos, boolean held) {
    int latch = latchedPool == null ? -1 : Renaming.position(service, latchedPool);
    return new Selection(
        track,
        Status.SERVING,
        latch,
        latch,
        -1,
        null,
        List.of(),
        "restored",
        sinceNanos,
        OptionalLong.empty(),
        List.of(),
        List.of(),
        BudgetUse.restored(held),
        TtlRules.ttl(service, OptionalLong.empty(), sinceNanos));
  }

  /// The same without a hold.
  public static Selection restored(
      Service service, Track track, @Nullable String latchedPool, long sinceNanos) {
    return restored(service, track, latchedPool, sinceNanos, false);
  }

  /// The same selection after the nodes agreed on its latch: pass it as `previous`. A failback from
  /// there takes its whole time anew, for what another node saw may be on its way here still, and
  /// this node may have moved long before the others could be told.
  ///
  /// @param pool its name; one that the service does not have changes nothing
  /// @param held whether the failover budget holds it there
  public static Selection takenOver(
      Selection selection, Service service, String pool, boolean held, long nowNanos) {
    int latch = Renaming.position(service, pool);
    if (latch < 0) {
      return selection;
    }
    boolean moved = latch != selection.latch();
    return new Selection(
        selection.track(),
        selection.status(),
        selection.lastResort() == null ? latch : -1,
        latch,
        selection.wanted(),
        selection.lastResort(),
        selection.endpoints(),
        selection.reason(),
        moved ? nowNanos : selection.sinceNanos(),
        OptionalLong.empty(),
        selection.pools().stream().map(known -> known.availableFrom(nowNanos)).toList(),
        selection.lastHealthy(),
        held == selection.budget().held() ? selection.budget() : BudgetUse.restored(held),
        selection.ttl());
  }

  /// Whether the step leaves a pool that cannot serve for one that can: what a fence must precede.
  public static boolean failsOver(Selection before, Selection after) {
    return before.latch() >= 0
        && after.latch() >= 0
        && after.latch() != before.latch()
        && !failsBack(before, after);
  }

  /// The selection that stays where it was while a fence is raised before the failover to `next`:
  /// the same answer with the least TTL.
  ///
  /// @param why one sentence without a final full stop
  public static Selection fencing(
      Service service, Selection previous, Selection next, String why, long nowNanos) {
    String to = service.pools().get(next.latch()).name();
    return new Selection(
        previous.track(),
        Status.FENCING,
        previous.lastResort() == null ? previous.latch() : -1,
        previous.latch(),
        next.wanted(),
        previous.lastResort(),
        previous.endpoints().isEmpty() && previous.lastResort() == null
            ? members(service, previous.track(), previous.latch())
            : previous.endpoints(),
        "it fails over to %s once the fence stands: %s".formatted(to, why),
        previous.sinceNanos(),
        OptionalLong.empty(),
        next.pools(),
        previous.lastHealthy(),
        previous.budget(),
        TtlRules.ttl(service, OptionalLong.of(nowNanos), nowNanos));
  }

  private static List<EndpointPosition> members(Service service, Track track, int pool) {
    return IntStream.range(0, service.pools().get(pool).endpoints().size())
        .mapToObj(endpoint -> new EndpointPosition(pool, endpoint))
        .filter(at -> track.includes(service.pools().get(pool).endpoints().get(at.endpoint())))
        .toList();
  }

  /// Whether the step is a failback: the current pool could go on serving, and an earlier one takes
  /// over.
  public static boolean failsBack(Selection before, Selection after) {
    return after.latch() >= 0
        && after.latch() < before.latch()
        && after.pools().get(before.latch()).available();
  }

  /// The same selection in terms of a changed service: pools and endpoints are found again by name,
  /// and those that are gone are forgotten. Pass it as `previous`.
  ///
  /// @param track the new track; may differ when `families` changed
  public static Selection carriedOver(
      Selection selection, Service before, Service after, Track track) {
    return new Renaming(before, after, track).apply(selection);
  }

  /// Which pools could serve by this health, on either family.
  ///
  /// @param health by pool and endpoint, in the order of the configuration
  public static List<PoolAvailability> availability(
      Service service, List<List<EndpointHealth>> health, long nowNanos) {
    return PoolRules.availability(new Situation(service, Track.JOINT, health, nowNanos), null);
  }

  private static int firstAvailable(List<PoolAvailability> pools) {
    for (int pool = 0; pool < pools.size(); pool++) {
      if (pools.get(pool).available()) {
        return pool;
      }
    }
    return -1;
  }

  private static Selection served(
      Situation situation,
      @Nullable Selection previous,
      List<PoolAvailability> pools,
      int wanted,
      FailbackLeave leave) {
    int latch = previous == null ? -1 : previous.latch();
    boolean approved = leave == FailbackLeave.APPROVED;
    boolean waits = latch > wanted && pools.get(latch).available() && !approved;
    BudgetUse used = previous == null || approved ? BudgetUse.NONE : previous.budget();
    boolean failedOver = latch >= 0 && wanted > latch && !operatorTookPart(situation, latch);
    BudgetUse budget =
        used.next(situation.service().failoverBudget(), failedOver, situation.nowNanos());
    boolean timed = situation.service().failback() == Service.Failback.AUTO && !budget.held();
    OptionalLong failbackAt = OptionalLong.empty();
    if (waits && timed) {
      long due = failbackDue(situation.service(), pools.get(wanted), situation.nowNanos());
      boolean running = due - situation.nowNanos() > 0;
      waits = running || leave == FailbackLeave.WITHHELD;
      failbackAt = running ? OptionalLong.of(due) : OptionalLong.empty();
    }
    int pool = waits ? latch : wanted;
    Status status = status(pools, pool, wanted, timed);
    List<EndpointPosition> endpoints = PoolRules.preferred(situation, pool);
    return new Selection(
        situation.track(),
        status,
        pool,
        pool,
        wanted,
        null,
        endpoints,
        Reasons.served(situation, status, pools, pool, wanted, budget),
        since(previous, pool, null, situation.nowNanos()),
        failbackAt,
        pools,
        situation.healthyMembers(pool),
        budget,
        TtlRules.ofPool(situation, endpoints, failbackAt));
  }

  private static boolean operatorTookPart(Situation situation, int pool) {
    return situation.members(pool).stream().anyMatch(at -> situation.health(at).takenOut());
  }

  private static long failbackDue(Service service, PoolAvailability wanted, long nowNanos) {
    Duration after = service.failbackAfter();
    return wanted.availableSinceNanos().orElse(nowNanos) + after.toNanos();
  }

  private static Status status(
      List<PoolAvailability> pools, int pool, int wanted, boolean timedFailback) {
    if (pool != wanted) {
      return timedFailback ? Status.FAILING_BACK : Status.READY;
    }
    boolean first = pools.subList(0, pool).stream().allMatch(earlier -> earlier.members() == 0);
    return first ? Status.SERVING : Status.FAILED_OVER;
  }

  private static Selection lastResort(
      Situation situation, @Nullable Selection previous, List<PoolAvailability> pools) {
    int latch = previous == null ? -1 : previous.latch();
    List<EndpointPosition> remembered = previous == null ? List.of() : previous.lastHealthy();
    List<EndpointPosition> lastHealthy = LastResortRules.lastHealthy(situation, latch, remembered);
    LastResort kind = LastResortRules.kind(situation.service().whenAllDown());
    return new Selection(
        situation.track(),
        Status.LAST_RESORT,
        -1,
        latch,
        -1,
        kind,
        LastResortRules.endpoints(situation, lastHealthy),
        Reasons.lastResort(situation, kind, pools),
        since(previous, -1, kind, situation.nowNanos()),
        OptionalLong.empty(),
        pools,
        lastHealthy,
        previous == null ? BudgetUse.NONE : previous.budget(),
        TtlRules.ofLastResort(situation));
  }

  private static Selection noMembers(
      Situation situation, @Nullable Selection previous, List<PoolAvailability> pools) {
    return new Selection(
        situation.track(),
        Status.NO_MEMBERS,
        -1,
        -1,
        -1,
        null,
        List.of(),
        "no pool has " + situation.track().member(),
        since(previous, -1, null, situation.nowNanos()),
        OptionalLong.empty(),
        pools,
        List.of(),
        BudgetUse.NONE,
        TtlRules.ttl(situation.service(), OptionalLong.empty(), situation.nowNanos()));
  }

  private static long since(
      @Nullable Selection previous, int pool, @Nullable LastResort lastResort, long nowNanos) {
    return previous != null && previous.pool() == pool && previous.lastResort() == lastResort
        ? previous.sinceNanos()
        : nowNanos;
  }
}
