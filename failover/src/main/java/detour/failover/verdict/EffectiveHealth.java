package detour.failover.verdict;

import detour.failover.model.OperatorOverride;
import detour.failover.model.Service.UnknownHealth;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// The health of an endpoint that pools are judged by: what an operator said, else the verdict,
/// else the service's rule for what is unknown.
///
/// @param reason one sentence without a final full stop
/// @param override the one that applies; null when the verdict does
public record EffectiveHealth(boolean healthy, String reason, @Nullable OperatorOverride override) {

  /// Decides on one endpoint. An override on the endpoint itself beats one on its pool; what has
  /// not begun or has ended is as if it were not there.
  public static EffectiveHealth of(
      @Nullable OperatorOverride onEndpoint,
      @Nullable OperatorOverride onPool,
      Verdict verdict,
      UnknownHealth unknown,
      Instant now) {
    OperatorOverride ofEndpoint = onEndpoint == null ? null : onEndpoint.inForce(now);
    if (ofEndpoint != null) {
      return overridden(ofEndpoint, "");
    }
    OperatorOverride ofPool = onPool == null ? null : onPool.inForce(now);
    if (ofPool != null) {
      return overridden(ofPool, " for the whole pool");
    }
    return switch (verdict.health()) {
      case UP -> new EffectiveHealth(true, verdict.reason(), null);
      case DOWN -> new EffectiveHealth(false, verdict.reason(), null);
      case UNKNOWN -> unknown(verdict, unknown);
    };
  }

  /// Whether an operator took the endpoint out: then no distrust of the checks brings it back.
  public boolean takenOut() {
    return override != null && override.state() != OperatorOverride.State.UP;
  }

  private static EffectiveHealth overridden(OperatorOverride override, String scope) {
    String said =
        switch (override.purpose()) {
          case DRILL -> "in a drill ";
          case MAINTENANCE -> "for maintenance ";
          case ORDER -> "";
        };
    said +=
        switch (override.state()) {
          case UP -> "set up";
          case DOWN -> "set down";
          case DRAIN -> "drained";
        };
    Instant expires = override.expires();
    String reason =
        "%s%s by %s: %s%s"
            .formatted(
                said,
                scope,
                override.author(),
                override.reason(),
                expires == null ? "" : " (until " + expires.truncatedTo(ChronoUnit.SECONDS) + ")");
    return new EffectiveHealth(override.state() == OperatorOverride.State.UP, reason, override);
  }

  private static EffectiveHealth unknown(Verdict verdict, UnknownHealth unknown) {
    boolean healthy = unknown == UnknownHealth.UP;
    String reason = verdict.reason() + ", which counts as " + (healthy ? "up" : "down");
    return new EffectiveHealth(healthy, reason, null);
  }
}
