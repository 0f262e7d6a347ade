package detour.server.probe.tls;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How near a certificate's end may come.
///
/// @param warnDays with fewer days left a pass is degraded; null for never
/// @param failDays with fewer days left the probe fails; null for only once it has expired
public record ExpiryLimits(@Nullable Integer warnDays, @Nullable Integer failDays) {
  static final ExpiryLimits NONE = new ExpiryLimits(null, null);

  /// @throws IllegalArgumentException when the warning would never be seen
  public ExpiryLimits {
    if (warnDays != null && failDays != null && warnDays <= failDays) {
      throw new IllegalArgumentException(
          "warn_days " + warnDays + " is not more than fail_days " + failDays);
    }
  }

  /// What the limits say of a certificate.
  public enum Judgement {
    FINE,
    WARN,
    FAIL
  }

  Judgement judge(Instant notAfter, Instant now) {
    Duration left = Duration.between(now, notAfter);
    if (isUnder(left, failDays)) {
      return Judgement.FAIL;
    }
    return isUnder(left, warnDays) ? Judgement.WARN : Judgement.FINE;
  }

  private static boolean isUnder(Duration left, @Nullable Integer days) {
    return days != null && left.compareTo(Duration.ofDays(days)) < 0;
  }
}
