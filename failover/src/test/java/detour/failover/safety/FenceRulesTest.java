package detour.failover.safety;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.FencePolicy;
import detour.failover.model.FencePolicy.Outcome;
import detour.failover.safety.FenceState.Stage;
import detour.failover.safety.FenceState.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FenceRulesTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  /// A timeout of 10 s, and a new attempt 20 s after a failure.
  @ParameterizedTest(name = "{0} {1} s ago, on_failure {2}, on_timeout {3} -> {4}")
  @CsvSource({
    "RUNNING,   0,  HOLD,    HOLD,    wait",
    "RUNNING,   14, HOLD,    HOLD,    wait",
    "RUNNING,   15, HOLD,    HOLD,    run",
    "RUNNING,   14, PROCEED, PROCEED, wait",
    "STOOD,     0,  HOLD,    HOLD,    go",
    "STOOD,     59, HOLD,    HOLD,    go",
    "STOOD,     60, HOLD,    HOLD,    run",
    "FAILED,    0,  HOLD,    PROCEED, wait",
    "FAILED,    19, HOLD,    PROCEED, wait",
    "FAILED,    20, HOLD,    PROCEED, run",
    "FAILED,    0,  PROCEED, HOLD,    without",
    "FAILED,    20, PROCEED, HOLD,    run",
    "TIMED_OUT, 0,  PROCEED, HOLD,    wait",
    "TIMED_OUT, 20, PROCEED, HOLD,    run",
    "TIMED_OUT, 0,  HOLD,    PROCEED, without",
  })
  void shouldDecideByHowTheHookEnded(
      Stage stage, int secondsAgo, Outcome onFailure, Outcome onTimeout, String expected) {
    FenceState state = new FenceState(stage, NOW.minusSeconds(secondsAgo), "ams1", "");
    Step step = FenceRules.next(policy(onFailure, onTimeout), state, NOW);
    assertThat(
            switch (step) {
              case Step.Go(var without) -> without == null ? "go" : "without";
              case Step.Wait _ -> "wait";
              case Step.Run _ -> "run";
            })
        .isEqualTo(expected);
  }

  @Test
  void shouldRunTheHookOfAFailoverThatNobodyFenced() {
    assertThat(FenceRules.next(policy(Outcome.PROCEED, Outcome.PROCEED), null, NOW))
        .isEqualTo(new Step.Run());
  }

  @Test
  void shouldSayWhatTheHookSaid() {
    FenceState failed = new FenceState(Stage.FAILED, NOW, "ams1", "exit status 3: no such host");
    assertThat(FenceRules.next(policy(Outcome.HOLD, Outcome.HOLD), failed, NOW))
        .isEqualTo(
            new Step.Wait(NOW.plusSeconds(20), "the fence failed (exit status 3: no such host)"));
  }

  private static FencePolicy policy(Outcome onFailure, Outcome onTimeout) {
    return new FencePolicy(
        new FencePolicy.Hook.Command(List.of("/bin/true")),
        Duration.ofSeconds(10),
        onFailure,
        onTimeout,
        Duration.ofSeconds(20));
  }
}
