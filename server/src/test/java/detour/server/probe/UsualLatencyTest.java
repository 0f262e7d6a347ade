package detour.server.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsualLatencyTest {
  private static final long LEAST_MILLIS = 100;
  private static final long TIMEOUT_MILLIS = 1000;

  private final UsualLatency latency = new UsualLatency(nanos(LEAST_MILLIS), nanos(TIMEOUT_MILLIS));

  @Test
  void shouldSuspectNothingBeforeItKnowsTheEndpoint() {
    for (int i = 1; i < UsualLatency.ANSWERS_MIN; i++) {
      latency.answered(nanos(1));
      assertThat(latency.overdueAfterNanos()).isEqualTo(UsualLatency.NEVER);
    }
    latency.answered(nanos(1));
    assertThat(latency.overdueAfterNanos()).isEqualTo(nanos(LEAST_MILLIS));
  }

  @ParameterizedTest(name = "answers of {0} and {1} ms in turn: overdue between {2} and {3} ms")
  @CsvSource({
    // steady: the least, or the latency itself
    "1, 1, 100, 100",
    "99, 99, 100, 101",
    "300, 300, 300, 310",
    // 4 deviations (of 10, 50 and 100) above the mean
    "40, 60, 100, 100",
    "200, 300, 430, 470",
    "100, 300, 560, 640",
  })
  void shouldBoundByMeanAndDeviation(long first, long second, long least, long most) {
    for (int i = 0; i < 100; i++) {
      latency.answered(nanos(i % 2 == 0 ? first : second));
    }
    assertThat(latency.overdueAfterNanos()).isBetween(nanos(least), nanos(most));
  }

  @Test
  void shouldNeverSuspectWhatIsUsuallyNearlyAsSlowAsItsTimeout() {
    for (int i = 0; i < 50; i++) {
      latency.answered(nanos(i % 2 == 0 ? 500 : 900));
    }
    assertThat(latency.overdueAfterNanos()).isEqualTo(UsualLatency.NEVER);
  }

  @Test
  void shouldFollowAnEndpointThatBecameSlower() {
    answer(50, 10);
    latency.answered(nanos(300));
    assertThat(latency.overdueAfterNanos()).isGreaterThan(nanos(300));
    answer(50, 300);
    assertThat(latency.overdueAfterNanos()).isBetween(nanos(300), nanos(320));
  }

  @Test
  void shouldDoubleItsMarginForASuspicionInVainAndUndoItByAnswersInTime() {
    answer(50, 1);
    latency.suspectedInVain();
    assertThat(latency.overdueAfterNanos()).isEqualTo(nanos(2 * LEAST_MILLIS));
    answer(UsualLatency.ANSWERS_PER_DOUBLING - 1, 1);
    assertThat(latency.overdueAfterNanos()).isGreaterThan(nanos(LEAST_MILLIS));
    answer(2, 1);
    assertThat(latency.overdueAfterNanos()).isEqualTo(nanos(LEAST_MILLIS));
  }

  @Test
  void shouldComeBackFromAnyNumberOfSuspicionsInVain() {
    answer(50, 1);
    for (int i = 0; i < 100; i++) {
      latency.suspectedInVain();
    }
    assertThat(latency.overdueAfterNanos()).isEqualTo(UsualLatency.NEVER);
    answer(UsualLatency.ANSWERS_PER_DOUBLING + 2, 1);
    assertThat(latency.overdueAfterNanos()).isLessThan(nanos(TIMEOUT_MILLIS));
  }

  @Test
  void shouldSuspectFewProbesInVainWhateverTheDistribution() {
    assertThat(shareInVain(random -> nanos(1 + random.nextInt(600)))).isLessThan(0.03);
    assertThat(shareInVain(random -> (long) (2e7 * Math.exp(1.5 * random.nextGaussian()))))
        .isLessThan(0.03);
    assertThat(shareInVain(random -> nanos(random.nextInt(10) == 0 ? 800 : 1))).isLessThan(0.03);
  }

  private static double shareInVain(ToLongFunction<Random> model) {
    UsualLatency latency = new UsualLatency(nanos(LEAST_MILLIS), nanos(TIMEOUT_MILLIS));
    Random random = new Random(7);
    int probes = 50_000;
    int inVain = 0;
    for (int i = 0; i < probes; i++) {
      long took = model.applyAsLong(random);
      boolean overdue = took > latency.overdueAfterNanos();
      if (took < nanos(TIMEOUT_MILLIS)) {
        latency.answered(took);
      }
      if (overdue) {
        latency.suspectedInVain();
        inVain++;
      }
    }
    return (double) inVain / probes;
  }

  private void answer(int times, long millis) {
    for (int i = 0; i < times; i++) {
      latency.answered(nanos(millis));
    }
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
