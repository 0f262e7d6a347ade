package detour.server.publish;

import detour.failover.model.Health;
import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.failover.model.ProbeTarget;
import detour.failover.verdict.Presence;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All that people may see of the present decisions: one immutable picture, swapped whole.
///
/// @param epoch of the latches and overrides that are in force: equal on nodes of a cluster that
///   agree; on a node of its own it grows with each change of them
/// @param configuration which file is loaded, when, and how the last reload ended
/// @param guard whether this vantage trusts what it sees
/// @param cluster what is known of the vantages; null for a node on its own
/// @param overrides what operators said and is not over, by target
public record PublishedState(
    String node,
    String version,
    Instant startedAt,
    Instant at,
    long epoch,
    ConfigurationState configuration,
    List<ServiceState> services,
    List<String> alarms,
    GuardState guard,
    @Nullable VantagesState cluster,
    List<SaidState> overrides) {

  /// The same picture with other alarms.
  public PublishedState withAlarms(List<String> others) {
    return new PublishedState(
        node,
        version,
        startedAt,
        at,
        epoch,
        configuration,
        services,
        others,
        guard,
        cluster,
        overrides);
  }

  /// The same picture with this as what operators said.
  public PublishedState withOverrides(List<SaidState> others) {
    return new PublishedState(
        node,
        version,
        startedAt,
        at,
        epoch,
        configuration,
        services,
        alarms,
        guard,
        cluster,
        others);
  }

  /// What operators said of one target, with all that it lies over.
  public record SaidState(OverridePath path, OperatorOverride override) {}

  /// What is known of the vantages.
  ///
  /// @param reachable whether the shared store answers
  /// @param current when what is known of the others was last known to be current; null for never
  /// @param stale whether that is so long ago that they count as absent
  public record VantagesState(
      boolean reachable, @Nullable Instant current, boolean stale, List<VantageState> vantages) {}

  /// One declared vantage.
  ///
  /// @param own whether it is this node's
  /// @param detail why it is not present; empty when it is
  /// @param opinions how many of its opinions are known
  public record VantageState(
      String name, String region, boolean own, Presence presence, String detail, int opinions) {}

  /// @param problems of the last reload that was refused; empty when it was applied
  /// @param warnings of the configuration in force, as far as it was reloaded
  public record ConfigurationState(
      String file, Instant loadedAt, int zones, List<String> problems, List<String> warnings) {
    /// A configuration without warnings.
    public ConfigurationState(String file, Instant loadedAt, int zones, List<String> problems) {
      this(file, loadedAt, zones, problems, List.of());
    }
  }

  /// @param on whether there is a guard at all
  /// @param impaired this vantage does not trust what it sees, so no health changes
  /// @param finding why it is impaired; empty while it is not
  /// @param held how many decisions wait for a witness
  /// @param canaries what is thought of each; empty without any
  public record GuardState(
      boolean on,
      boolean impaired,
      Instant since,
      String finding,
      int held,
      List<CanaryState> canaries) {}

  /// @param check as `icmp @ 192.0.2.1`
  /// @param detail of the last result; empty before the first
  public record CanaryState(String check, Health health, String detail) {}

  /// @param owner the name that it answers for
  /// @param types of the records that it answers there
  /// @param tracks one for `families: joint`, two (ipv4, ipv6) for `separate`
  /// @param answers how many responses its records were written into since the start
  /// @param handedOut what resolvers may still hold, latest first
  /// @param version another one whenever the service is decided otherwise, as [Command.Conditional]
  ///   takes it
  public record ServiceState(
      String name,
      String owner,
      Set<Integer> types,
      String zone,
      String failback,
      String whenAllDown,
      List<TrackState> tracks,
      List<PoolState> pools,
      long answers,
      List<HandedOut> handedOut,
      String version) {}

  /// One selection.
  ///
  /// @param family `joint`, `ipv4` or `ipv6`
  /// @param status `SERVING`, `FAILED_OVER`, `READY` (a failback waits for an operator),
  ///   `FAILING_BACK` (a timed failback runs), `FENCING` (a failover waits for its fence),
  ///   `LAST_RESORT` (no pool is available), `NO_MEMBERS` (no pool has an endpoint of the family)
  /// @param pool the pool answered; null when none is
  /// @param reason one sentence
  /// @param failbackAt when a timed failback will happen; null when none runs
  /// @param answers destinations answered now, as people write them
  public record TrackState(
      String family,
      String status,
      @Nullable String pool,
      Instant since,
      String reason,
      int ttlSeconds,
      boolean pending,
      @Nullable Instant failbackAt,
      List<String> answers) {}

  public record PoolState(
      String name,
      boolean available,
      String availability,
      @Nullable Instant availableSince,
      List<EndpointState> endpoints) {}

  /// @param healthy what selection uses: override, else verdict, else the rule for unknown
  /// @param healthReason one sentence
  /// @param warning it is healthy and degraded: others are preferred; null for no warning
  /// @param votes of the vantages, as they are declared; empty for a node on its own
  /// @param heldUntil until when a resolver that obeys TTLs may still hold this endpoint; null when
  ///   it was never handed out
  /// @param resolved the addresses of a host name that are answered in its place; empty otherwise
  /// @param handedOutTimes how many records of its destination were handed out since the start, by
  ///   whichever pool; a host name that is answered by three addresses counts three
  public record EndpointState(
      String name,
      String destination,
      int weight,
      boolean healthy,
      String healthReason,
      boolean answered,
      Health verdict,
      boolean frozen,
      Instant since,
      @Nullable OperatorOverride override,
      @Nullable String warning,
      List<VoteState> votes,
      List<OpinionState> opinions,
      List<String> resolved,
      @Nullable Instant lastHandedOut,
      @Nullable Instant heldUntil,
      long handedOutTimes) {}

  /// One vantage's say in the verdict on an endpoint.
  ///
  /// @param opinion of all the endpoint's checks together; it counts while the vantage is PRESENT
  /// @param detail why it does not count; empty when it does
  public record VoteState(
      String vantage, String region, Presence presence, Health opinion, String detail) {}

  /// One vantage's opinion of one check of the endpoint.
  ///
  /// @param stale true until the first result after a restart
  /// @param riseNeeded passes in a row that a DOWN endpoint needs, after flap damping
  /// @param lastObservations newest first, at most ten
  /// @param target what is probed; null where nobody asks for it
  public record OpinionState(
      String vantage,
      String check,
      Health health,
      boolean stale,
      boolean pending,
      int consecutivePasses,
      int consecutiveFailures,
      int fall,
      int riseNeeded,
      Instant since,
      List<Seen> lastObservations,
      @Nullable ProbeTarget target) {}

  /// One observation, for people.
  ///
  /// @param degraded it passed with a warning
  public record Seen(
      Instant at, boolean passed, boolean degraded, String detail, double milliseconds) {}

  /// One destination that was handed out.
  ///
  /// @param ttlSeconds it had the last time
  /// @param times how many records of it were handed out since the start
  public record HandedOut(
      String destination, Instant last, int ttlSeconds, Instant heldUntil, long times) {}
}
