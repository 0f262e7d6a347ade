package detour.failover.selection;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Until when a resolver that obeys TTLs may still hold one endpoint. Times are milliseconds of the
/// epoch.
///
/// @param lastAnsweredMillis when it was last handed out
/// @param ttlSeconds the TTL it had then
/// @param heldUntilMillis the latest `time + TTL` of all answers: an earlier answer with a longer
///   TTL outlives a later one with a shorter
public record Hold(long lastAnsweredMillis, int ttlSeconds, long heldUntilMillis) {
  /// One answer.
  public static Hold of(long answeredMillis, int ttlSeconds) {
    return new Hold(answeredMillis, ttlSeconds, answeredMillis + ttlSeconds * 1000L);
  }

  /// This and others together, in any order: fit for `Map.merge`.
  public Hold and(Hold other) {
    Hold later = other.lastAnsweredMillis > lastAnsweredMillis ? other : this;
    return new Hold(
        later.lastAnsweredMillis,
        later.ttlSeconds,
        Math.max(heldUntilMillis, other.heldUntilMillis));
  }

  /// Whether a resolver may still hold it.
  public boolean heldAt(long nowMillis) {
    return nowMillis < heldUntilMillis;
  }

  /// From when on a drained endpoint may be switched off; empty while it is still answered, for
  /// then no time is safe.
  ///
  /// @param hold null when it was never handed out
  /// @param answered it is part of a present selection
  public static OptionalLong safeToSwitchOffMillis(
      @Nullable Hold hold, boolean answered, long nowMillis) {
    if (answered) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(hold == null ? nowMillis : Math.max(nowMillis, hold.heldUntilMillis));
  }
}
