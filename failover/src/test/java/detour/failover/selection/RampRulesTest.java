package detour.failover.selection;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Checks;
import detour.failover.model.Destination;
import detour.failover.model.Endpoint;
import detour.failover.model.Pool;
import detour.failover.model.Service;
import detour.failover.model.Share;
import detour.failover.model.WhenAllDown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RampRulesTest {
  private static final long SECOND = 1_000_000_000L;

  /// It came back at 100 s; the ramp is 60 s.
  @ParameterizedTest(name = "{0} s")
  @CsvSource({
    "100, 1, 106",
    "105, 1, 106",
    "106, 2, 112",
    "130, 6, 136",
    "153, 9, 154",
    "154, 10,",
    "161, 10,",
    "99, 1, 106",
  })
  void shouldGrowInTenSteps(long seconds, int steps, Long nextSeconds) {
    Service service = service(Duration.ofSeconds(60), 1);
    OptionalLong cameBack = OptionalLong.of(100 * SECOND);
    assertThat(RampRules.steps(service, cameBack, seconds * SECOND)).isEqualTo(steps);
    assertThat(RampRules.nextStepNanos(service, cameBack, seconds * SECOND))
        .isEqualTo(
            nextSeconds == null ? OptionalLong.empty() : OptionalLong.of(nextSeconds * SECOND));
  }

  @Test
  void shouldHaveAllItsWeightWhenItWasNeverAwayOrThereIsNoRamp() {
    assertThat(RampRules.steps(service(Duration.ofSeconds(60), 1), OptionalLong.empty(), 0))
        .isEqualTo(RampRules.STEPS);
    assertThat(RampRules.steps(service(Duration.ZERO, 1), OptionalLong.of(0), 0))
        .isEqualTo(RampRules.STEPS);
  }

  @ParameterizedTest(name = "weights {0}, tenths {1} -> {2}")
  @CsvSource({
    "1 1,         10 10, 1 1",
    "1 1,         1 10,  1 10",
    "3 1,         5 10,  15 10",
    "3 1,         5 5,   15 5",
    "3 1,         1 1,   3 1",
    "0 5,         3 10,  0 50",
    "65535 65535, 1 10,  6553 65535",
    "65535 1,     10 1,  65535 1",
  })
  void shouldScaleWeights(String weights, String steps, String expected) {
    Service service = service(Duration.ofSeconds(60), numbers(weights));
    List<Integer> tenths = Arrays.stream(numbers(steps)).boxed().toList();
    Service weighted = RampRules.weighted(service, List.of(tenths));
    assertThat(weighted.pools().getFirst().endpoints().stream().mapToInt(Endpoint::weight))
        .containsExactly(Arrays.stream(numbers(expected)).boxed().toArray(Integer[]::new));
  }

  private static int[] numbers(String text) {
    return Arrays.stream(text.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
  }

  private static Service service(Duration ramp, int... weights) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int weight : weights) {
      String name = "e" + endpoints.size();
      endpoints.add(new Endpoint(name, new Destination.HostName(name), weight, Checks.NONE));
    }
    return new Service(
        "www.example.com",
        "www.example.com",
        "example.com",
        Duration.ofSeconds(30),
        Duration.ofSeconds(5),
        List.of(new Pool("a", endpoints, Share.count(1))),
        Service.Failback.AUTO,
        Duration.ofSeconds(60),
        new WhenAllDown.Primary(),
        1,
        Service.Families.JOINT,
        Service.UnknownHealth.UP,
        null,
        ramp,
        true);
  }
}
