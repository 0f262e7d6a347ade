package detour.failover.safety;

import detour.failover.model.FencePolicy;
import detour.failover.model.FencePolicy.Outcome;
import detour.failover.safety.FenceState.Step;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Whether a service whose pool cannot serve may fail over, wait for its fence, or must raise it.
///
/// | the hook | then |
/// |---|---|
/// | never ran, or long ago | it runs |
/// | runs | the failover waits, until the hook should long have ended: then it runs again |
/// | ended well | the service fails over |
/// | failed, or did not end in time | as the policy says: the service fails over all the same, or waits and the hook runs again after `retry` |
///
/// A fence that stands counts for [#STANDS] only: who comes later may find the old primary back.
public final class FenceRules {
  /// For how long a fence that was raised counts.
  public static final Duration STANDS = Duration.ofMinutes(1);

  /// How much longer than its timeout a hook is believed to run: who runs it ends it at the
  /// timeout, and has this long to say so.
  public static final Duration GRACE = Duration.ofSeconds(5);

  private FenceRules() {}

  /// @param state null when no hook ran for this failover
  public static Step next(FencePolicy policy, @Nullable FenceState state, Instant now) {
    if (state == null) {
      return new Step.Run();
    }
    return switch (state.stage()) {
      case RUNNING -> running(policy, state, now);
      case STOOD -> now.isBefore(state.at().plus(STANDS)) ? new Step.Go(null) : new Step.Run();
      case FAILED -> ended(policy, policy.onFailure(), state, "the fence failed", now);
      case TIMED_OUT ->
          ended(policy, policy.onTimeout(), state, "the fence did not end in time", now);
    };
  }

  private static Step running(FencePolicy policy, FenceState state, Instant now) {
    Instant lost = state.at().plus(policy.timeout()).plus(GRACE);
    return now.isBefore(lost)
        ? new Step.Wait(lost, "the fence is being raised by " + state.by())
        : new Step.Run();
  }

  private static Step ended(
      FencePolicy policy, Outcome outcome, FenceState state, String what, Instant now) {
    String why = what + (state.detail().isEmpty() ? "" : " (" + state.detail() + ")");
    Instant again = state.at().plus(policy.retry());
    if (!now.isBefore(again)) {
      return new Step.Run();
    }
    return outcome == Outcome.PROCEED ? new Step.Go(why) : new Step.Wait(again, why);
  }
}
