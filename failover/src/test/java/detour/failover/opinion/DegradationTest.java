package detour.failover.opinion;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Thresholds;
import detour.failover.opinion.Observation.Result;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DegradationTest {
  private static final Thresholds THRESHOLDS = new Thresholds(3, 2, 0, 10, Duration.ZERO, 32);

  /// `p` passes, `w` passes with a warning, `f` fails; below it whether it is degraded after each.
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "one slow answer moves nothing,        pwpp,       ....",
    "the third in a row does,              pwwwp,      ...dd",
    "a plain pass starts the count anew,   wwpww,      .....",
    "and as many plain ones end it,        wwwpppp,    ..ddd..",
    "at the edge it stays,                 wwwppwpp,   ..dddddd",
    "failures are not counted here,        wwfwffp,    ...dddd",
    "nor do they start the count anew,     wwwpfpfp,   ..ddddd.",
  })
  void shouldBeDebounced(String why, String results, String expected) {
    Degradation degradation = Degradation.NONE;
    StringBuilder seen = new StringBuilder();
    for (int i = 0; i < results.length(); i++) {
      degradation = degradation.next(THRESHOLDS, observation(results.charAt(i), i));
      seen.append(degradation.degraded() ? 'd' : '.');
    }
    assertThat(seen).as(why).hasToString(expected);
  }

  @Test
  void shouldLeaveOutWhatArrivesAfterALaterProbe() {
    Degradation degradation = Degradation.NONE;
    degradation = degradation.next(THRESHOLDS, observation('w', 1));
    degradation = degradation.next(THRESHOLDS, observation('w', 2));
    degradation = degradation.next(THRESHOLDS, observation('w', 0));
    assertThat(degradation.degraded()).isFalse();
    assertThat(degradation.next(THRESHOLDS, observation('w', 3)).degraded()).isTrue();
  }

  @Test
  void shouldTellTheNewestWarning() {
    Degradation degradation = Degradation.NONE;
    for (int start = 0; start < 4; start++) {
      degradation = degradation.next(THRESHOLDS, observation('w', start));
    }
    assertThat(degradation.warning()).isEqualTo("slow 3");
  }

  private static Observation observation(char result, long start) {
    return new Observation(
        switch (result) {
          case 'p' -> Result.PASSED;
          case 'w' -> Result.DEGRADED;
          default -> Result.FAILED;
        },
        "slow " + start,
        start,
        start + 1);
  }
}
