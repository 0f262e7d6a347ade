package detour.failover.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Health;
import detour.failover.model.OperatorOverride;
import detour.failover.model.Service.UnknownHealth;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EffectiveHealthTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

  @ParameterizedTest(name = "override {0}, on pool {1}, verdict {2}, unknown {3} -> {4}")
  @CsvSource({
    ",              ,      UP,      UP,   true,  false",
    ",              ,      DOWN,    UP,   false, false",
    ",              ,      UNKNOWN, UP,   true,  false",
    ",              ,      UNKNOWN, DOWN, false, false",
    "UP,            ,      DOWN,    DOWN, true,  false",
    "DOWN,          ,      UP,      UP,   false, true",
    "DRAIN,         ,      UP,      UP,   false, true",
    ",              DOWN,  UP,      UP,   false, true",
    ",              UP,    DOWN,    UP,   true,  false",
    "UP,            DRAIN, DOWN,    UP,   true,  false",
    "DOWN,          UP,    UP,      UP,   false, true",
  })
  void shouldLetOverrideBeatVerdictBeatUnknownRule(
      OperatorOverride.@Nullable State onEndpoint,
      OperatorOverride.@Nullable State onPool,
      Health verdict,
      UnknownHealth unknown,
      boolean healthy,
      boolean takenOut) {
    EffectiveHealth health =
        EffectiveHealth.of(
            override(onEndpoint, null), override(onPool, null), verdict(verdict), unknown, NOW);
    assertThat(health.healthy()).isEqualTo(healthy);
    assertThat(health.takenOut()).isEqualTo(takenOut);
  }

  @ParameterizedTest(name = "expires {0} s from now -> applies {1}")
  @CsvSource({"1, true", "0, false", "-1, false"})
  void shouldIgnoreWhatHasExpired(int seconds, boolean applies) {
    OperatorOverride drain = override(OperatorOverride.State.DRAIN, NOW.plusSeconds(seconds));
    EffectiveHealth health =
        EffectiveHealth.of(drain, null, verdict(Health.UP), UnknownHealth.UP, NOW);
    assertThat(health.healthy()).isEqualTo(!applies);
    assertThat(health.override()).isEqualTo(applies ? drain : null);
  }

  @Test
  void shouldFallBackToThePoolsOverrideWhenTheEndpointsHasExpired() {
    EffectiveHealth health =
        EffectiveHealth.of(
            override(OperatorOverride.State.UP, NOW),
            override(OperatorOverride.State.DOWN, null),
            verdict(Health.UP),
            UnknownHealth.UP,
            NOW);
    assertThat(health.healthy()).isFalse();
  }

  @Test
  void shouldSayWhy() {
    Instant expires = NOW.plusSeconds(60).plusNanos(123_456_789);
    EffectiveHealth drained =
        EffectiveHealth.of(
            override(OperatorOverride.State.DRAIN, expires),
            null,
            verdict(Health.UP),
            UnknownHealth.UP,
            NOW);
    assertThat(drained.reason())
        .isEqualTo("drained by ann: new kernel (until 2026-11-22T10:01:00Z)");
    EffectiveHealth unknown =
        EffectiveHealth.of(null, null, verdict(Health.UNKNOWN), UnknownHealth.UP, NOW);
    assertThat(unknown.reason()).isEqualTo("because, which counts as up");
  }

  private static Verdict verdict(Health health) {
    return new Verdict(health, false, 1, 0, 1, "because");
  }

  private static @Nullable OperatorOverride override(
      OperatorOverride.@Nullable State state, @Nullable Instant expires) {
    return state == null ? null : new OperatorOverride(state, "new kernel", "ann", NOW, expires);
  }
}
