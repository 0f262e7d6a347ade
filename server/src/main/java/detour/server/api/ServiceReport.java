package detour.server.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One service from its selection down to the last observations of each endpoint.
///
/// @param failback `auto` or `manual`
/// @param whenAllDown what is answered when no pool is available, as it is configured
/// @param selections one for `families: joint`, two (ipv4, ipv6) for `separate`
/// @param pools in the order of preference
/// @param overrides what operators said of its pools and endpoints, by target; what is not in force
///   yet, too
/// @param answers how many responses its records were written into since the server's start
/// @param handedOut what resolvers may still hold, latest first
public record ServiceReport(
    String name,
    String zone,
    String failback,
    String whenAllDown,
    List<Selection> selections,
    List<Pool> pools,
    List<OverridesReport.Target> overrides,
    long answers,
    List<HandedOut> handedOut) {
  /// Without overrides, as servers before there were layers tell it.
  public ServiceReport {
    overrides = overrides == null ? List.of() : List.copyOf(overrides);
  }

  /// What serves now, and why.
  ///
  /// @param family `joint`, `ipv4` or `ipv6`
  /// @param status `SERVING`, `FAILED_OVER`, `READY` (a failback waits for an operator),
  ///   `FAILING_BACK` (a timed failback runs), `FENCING` (a failover waits for its fence) or
  ///   `LAST_RESORT` (no pool is available)
  /// @param pool the pool answered; null when none is
  /// @param reason one sentence
  /// @param pending true while a change is near, and the TTL is shortened for it
  /// @param failbackAt when a timed failback will happen; null when none runs
  /// @param answers destinations answered now
  public record Selection(
      String family,
      String status,
      @Nullable String pool,
      Instant since,
      String reason,
      int ttlSeconds,
      boolean pending,
      @Nullable Instant failbackAt,
      List<String> answers) {}

  /// One pool and whether it could serve.
  ///
  /// @param availability one phrase, as `1 of 2 healthy`
  /// @param availableSince null while it is not available
  public record Pool(
      String name,
      boolean available,
      String availability,
      @Nullable Instant availableSince,
      List<Endpoint> endpoints) {}

  /// One endpoint and what is believed of it.
  ///
  /// @param healthy what selection uses: override, else verdict, else the rule for unknown
  /// @param healthReason one sentence
  /// @param warning it is healthy and degraded: others are preferred; null for no warning
  /// @param answered whether new answers contain it
  /// @param verdict `UNKNOWN`, `UP` or `DOWN`
  /// @param frozen true when too few vantages are present to change the verdict
  /// @param since when the health became what it is
  /// @param votes of the vantages; empty from a node on its own
  /// @param resolved addresses answered in place of a host name; empty otherwise
  /// @param lastHandedOut null when it never was
  /// @param heldUntil until when a resolver that obeys TTLs may still hold it; null when it was
  ///   never handed out
  /// @param handedOutTimes how many records of its destination were handed out since the server's
  ///   start
  public record Endpoint(
      String name,
      String destination,
      int weight,
      boolean healthy,
      String healthReason,
      boolean answered,
      String verdict,
      boolean frozen,
      Instant since,
      @Nullable OperatorOverride override,
      @Nullable String warning,
      List<Vote> votes,
      List<Opinion> opinions,
      List<String> resolved,
      @Nullable Instant lastHandedOut,
      @Nullable Instant heldUntil,
      long handedOutTimes) {
    /// Without votes, as servers before there were any tell it.
    public Endpoint {
      votes = votes == null ? List.of() : List.copyOf(votes);
    }
  }

  /// What an operator said.
  ///
  /// @param state `up`, `down` or `drain`
  /// @param expires null for until cleared
  public record OperatorOverride(
      String state, String reason, String author, Instant since, @Nullable Instant expires) {}

  /// One vantage's say in the verdict.
  ///
  /// @param presence `PRESENT`, `SPARED` (others probe it), `ABSENT`, `IMPAIRED` (it distrusts what
  ///   it sees) or `NOT_ASKED` (the checks name others)
  /// @param health what it thinks: `UNKNOWN`, `UP` or `DOWN`; it counts while it is present
  /// @param detail why it does not count; empty when it does
  public record Vote(
      String vantage, String region, String presence, String health, String detail) {}

  /// One vantage's opinion of one check of the endpoint.
  ///
  /// @param health `UNKNOWN`, `UP` or `DOWN`
  /// @param stale true until the first result after a restart
  /// @param pending true while probes confirm a change
  /// @param fall failures in a row that bring it down
  /// @param riseNeeded passes in a row that bring it up again, after flap damping
  /// @param lastObservations newest first
  public record Opinion(
      String vantage,
      String check,
      String health,
      boolean stale,
      boolean pending,
      int consecutivePasses,
      int consecutiveFailures,
      int fall,
      int riseNeeded,
      Instant since,
      List<Observation> lastObservations) {}

  /// What one probe saw.
  ///
  /// @param degraded it passed with a warning, which `detail` tells
  public record Observation(
      Instant at, boolean passed, boolean degraded, String detail, double milliseconds) {}

  /// One destination that was handed out.
  ///
  /// @param ttlSeconds it had the last time
  /// @param times how many records of it were handed out since the server's start
  public record HandedOut(
      String destination, Instant last, int ttlSeconds, Instant heldUntil, long times) {}
}
