package detour.failover.model;

import java.time.Duration;

/// How many results turn an opinion.
///
/// @param fall consecutive failures that take UP or UNKNOWN to DOWN; at least 1
/// @param rise consecutive passes that take DOWN to UP; at least 1
/// @param fallTotal failures not cleared by `forgive` passes in a row that take UP or UNKNOWN to
///   DOWN; 0 switches the rule off
/// @param forgive consecutive passes that clear the count of `fallTotal`; at least 1
/// @param flapWindow each DOWN within it doubles the rise that the next recovery needs; zero
///   switches damping off
/// @param flapLimit the greatest rise that damping may ask for; at least `rise`
public record Thresholds(
    int fall, int rise, int fallTotal, int forgive, Duration flapWindow, int flapLimit) {
  public static final Thresholds DEFAULT = new Thresholds(3, 2, 0, 10, Duration.ZERO, 32);

  public Thresholds {
    require(fall >= 1, "fall must be at least 1");
    require(rise >= 1, "rise must be at least 1");
    require(fallTotal >= 0, "fall_total must not be negative");
    require(forgive >= 1, "forgive must be at least 1");
    require(!flapWindow.isNegative(), "flap_window must not be negative");
    require(flapLimit >= rise, "flap_limit must be at least rise");
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
