package detour.server.trend;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Check;
import detour.failover.model.CheckSettings;
import detour.failover.model.Destination;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Thresholds;
import detour.failover.opinion.Observation;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ProbeTrendsTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLISECOND = 1_000_000L;

  private long now = 100_000 * SECOND;
  private final ProbeTrends trends = new ProbeTrends(() -> now, 720);

  @Test
  void shouldAddUpTheResultsOfAStep() {
    result(1, Observation.Result.PASSED, 10);
    result(1, Observation.Result.PASSED, 30);
    result(1, Observation.Result.DEGRADED, 50);
    result(1, Observation.Result.FAILED, 2_000);

    Trend trend = trend(1);

    assertThat(trend.stepSeconds()).isEqualTo(10);
    assertThat(trend.points()).containsExactly(new Trend.Point(0, 2, 1, 1, 30, 50));
  }

  @Test
  void shouldKeepOneHourOldestFirst() {
    for (int step = 0; step < 500; step++) {
      now += 10 * SECOND;
      result(1, Observation.Result.PASSED, step);
    }

    Trend trend = trend(1);

    assertThat(trend.points()).hasSize(360);
    assertThat(trend.points().getLast().maxMillis()).isEqualTo(499);
    assertThat(trend.points().getFirst().maxMillis()).isEqualTo(140);
  }

  @Test
  void shouldForgetWhatIsOlderThanAnHourThoughNothingCameSince() {
    result(1, Observation.Result.PASSED, 10);
    now += 3_601 * SECOND;

    assertThat(trend(1).points()).isEmpty();
  }

  @Test
  void shouldKeepNothingOfAResultThatIsOlderThanWhatItsSlotHolds() {
    result(1, Observation.Result.PASSED, 10);
    now -= 3_600 * SECOND;
    result(1, Observation.Result.PASSED, 20);
    now += 3_600 * SECOND;

    assertThat(trend(1).points()).containsExactly(new Trend.Point(0, 1, 0, 0, 10, 10));
  }

  @Test
  void shouldTakeLongerStepsWhenMoreTargetsShareTheMemory() {
    result(1, Observation.Result.PASSED, 10);
    now += 10 * SECOND;
    result(1, Observation.Result.FAILED, 10);
    result(2, Observation.Result.PASSED, 10);
    assertThat(trend(1).stepSeconds()).isEqualTo(10);

    result(3, Observation.Result.PASSED, 10);

    assertThat(trend(1).stepSeconds()).isEqualTo(20);
    assertThat(trend(1).points()).containsExactly(new Trend.Point(10_000, 1, 0, 1, 10, 10));
    assertThat(trend(3).stepSeconds()).isEqualTo(20);
  }

  @Test
  void shouldForgetTargetsThatAreGoneBeforeStepsGrow() {
    result(1, Observation.Result.PASSED, 10);
    now += 3_601 * SECOND;
    result(2, Observation.Result.PASSED, 10);
    result(3, Observation.Result.PASSED, 10);

    assertThat(trends.of(target(1))).isNull();
    assertThat(trend(3).stepSeconds()).isEqualTo(10);
  }

  @Test
  void shouldKeepNothingOfTargetsBeyondItsMemory() {
    for (int number = 1; number <= 66; number++) {
      result(number, Observation.Result.PASSED, 10);
    }

    assertThat(trend(65).stepSeconds()).isEqualTo(320);
    assertThat(trends.of(target(66))).isNull();
  }

  private void result(int number, Observation.Result result, long tookMillis) {
    trends.add(
        target(number), new Observation(result, "seen", now - tookMillis * MILLISECOND, now));
  }

  private Trend trend(int number) {
    return Objects.requireNonNull(trends.of(target(number)), "nothing is kept of the target");
  }

  private static ProbeTarget target(int number) {
    return new ProbeTarget(
        new Check(
            "tcp",
            new Port(80),
            Duration.ofSeconds(5),
            Duration.ofMillis(500),
            Duration.ofSeconds(2),
            Thresholds.DEFAULT),
        new Destination.Address(InetAddress.ofLiteral("192.0.2." + number)));
  }

  private record Port(int number) implements CheckSettings {
    @Override
    public String summary() {
      return ":" + number;
    }
  }
}
