package detour.failover.model;

import java.time.Duration;
import java.util.List;

/// When this vantage stops believing what it sees, because most of what it probes fails at once.
///
/// @param on whether there is a guard at all
/// @param canaries probed beside the endpoints; where there are any they alone decide
/// @param quorum how many canaries must pass for a failure to be believed; at most their number
/// @param window how close together failures must begin to be one event, and how long a decision
///   waits for a witness before an alarm is raised
/// @param sharePercent without canaries: so much of what was well must have begun to fail
/// @param minTargets without canaries: with fewer destinations that are well there is no guard
/// @param resumeAfter for so long witnesses must pass before this vantage believes itself again
public record GuardPolicy(
    boolean on,
    List<ProbeTarget> canaries,
    int quorum,
    Duration window,
    int sharePercent,
    int minTargets,
    Duration resumeAfter) {
  public static final GuardPolicy DEFAULT =
      new GuardPolicy(true, List.of(), 1, Duration.ofSeconds(10), 90, 5, Duration.ofSeconds(3));
  public static final GuardPolicy OFF =
      new GuardPolicy(false, List.of(), 1, Duration.ofSeconds(10), 90, 5, Duration.ofSeconds(3));

  public GuardPolicy {
    canaries = List.copyOf(canaries);
  }
}
