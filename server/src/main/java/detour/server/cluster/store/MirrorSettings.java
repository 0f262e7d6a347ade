package detour.server.cluster.store;

import java.time.Duration;

/// How a [Mirror] guards itself.
///
/// @param probePeriod how often a small read is compared with what the watch told
/// @param grace how long the watch may take to tell of what is known to have been written
/// @param listPeriod how often everything is read anew, whatever the watch says
/// @param listedPerSecondMax how many entries a second those listings may make, on average; a large
///   mirror is listed less often
public record MirrorSettings(
    Duration probePeriod, Duration grace, Duration listPeriod, int listedPerSecondMax) {
  public static final MirrorSettings DEFAULT =
      new MirrorSettings(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofMinutes(1), 100);

  /// @throws IllegalArgumentException when one is not above zero
  public MirrorSettings {
    if (!probePeriod.isPositive()
        || !grace.isPositive()
        || !listPeriod.isPositive()
        || listedPerSecondMax <= 0) {
      throw new IllegalArgumentException("periods and rates of a mirror must be above zero");
    }
  }
}
