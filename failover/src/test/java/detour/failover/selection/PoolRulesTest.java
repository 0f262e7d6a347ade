package detour.failover.selection;

import static detour.failover.selection.Services.first;
import static detour.failover.selection.Services.service;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Service;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolRulesTest {
  /// Weights are 3, 1 and 0.
  @ParameterizedTest(name = "{0} healthy, {1} needed -> {2}")
  @CsvSource({
    "UUU, 1,    true",
    "DUD, 1,    true",
    "DDD, 1,    false",
    "UUD, 2,    true",
    "UDD, 2,    false",
    "UUU, 9,    true",
    "UUD, 9,    false",
    "DDD, 0,    false",
    "DDU, 0,    true",
    "UDD, 75%,  true",
    "UDD, 76%,  false",
    "DUU, 25%,  true",
    "DUU, 26%,  false",
    "UUD, 100%, true",
    "DDU, 1%,   false",
    "DDU, 0%,   true",
    "DDD, 0%,   false",
    "TUU, 50%,  false",
  })
  void shouldBeAvailableByCountOrWeight(String health, String minHealthy, boolean available) {
    Service service = service("444").minHealthy(minHealthy).weights(3, 1, 0).build();
    assertThat(first(service, health).pools().getFirst().available()).isEqualTo(available);
  }

  /// Weights are 3, 1 and 0; G is healthy and degraded.
  @ParameterizedTest(name = "{0}, {1} needed -> {2}")
  @CsvSource({
    "UUU, 1,   a1 a2 a3, 3 of 3 healthy",
    "GUU, 1,   a2 a3,    '3 of 3 healthy, 1 of them degraded'",
    "GGU, 1,   a3,       '3 of 3 healthy, 2 of them degraded'",
    "GGG, 1,   a1 a2 a3, '3 of 3 healthy, 3 of them degraded'",
    "GUD, 2,   a1 a2,    '2 of 3 healthy, 1 of them degraded'",
    "GUU, 2,   a2 a3,    '3 of 3 healthy, 1 of them degraded'",
    "GUU, 50%, a1 a2 a3, '3 of 3 healthy, 1 of them degraded'",
    "UGU, 50%, a1 a3,    '3 of 3 healthy, 1 of them degraded'",
    "GDT, 1,   a1,       '1 of 3 healthy, 1 of them degraded'",
  })
  void shouldPreferTheUndegradedWhereTheyAreEnough(
      String health, String minHealthy, String answered, String availability) {
    Service service = service("444").minHealthy(minHealthy).weights(3, 1, 0).build();
    Selection selection = first(service, health);
    assertThat(Services.names(service, selection.endpoints())).isEqualTo(answered);
    assertThat(selection.pools().getFirst().reason()).isEqualTo(availability);
    assertThat(selection.pools().getFirst().available()).isTrue();
  }

  @Test
  void shouldNotFailOverForADegradedPool() {
    Service service = service("44 4").build();
    assertThat(first(service, "GG U").status()).isEqualTo(Selection.Status.SERVING);
  }

  @ParameterizedTest(name = "{0} healthy -> {1}")
  @CsvSource({"UDDD, false", "UUDD, true"})
  void shouldCountEndpointsWhereAllWeightsAreZero(String health, boolean available) {
    Service service = service("4444").minHealthy("50%").weights(0).build();
    assertThat(first(service, health).pools().getFirst().available()).isEqualTo(available);
  }

  @ParameterizedTest(name = "{0} with {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "UUD | 1   | 2 of 3 healthy",
        "UDD | 2   | 1 of 3 healthy, at least 2 needed",
        "DDD | 1   | 0 of 3 healthy",
        "DUU | 50% | 2 of 3 healthy, 25% of the weight, at least 50% needed",
      })
  void shouldSayWhy(String health, String minHealthy, String expected) {
    Service service = service("444").minHealthy(minHealthy).weights(3, 1, 0).build();
    assertThat(first(service, health).pools().getFirst().reason()).isEqualTo(expected);
  }

  @Test
  void shouldKnowSinceWhenAPoolIsAvailable() {
    Service service = service("4 4").build();
    Selection start = Services.next(service, null, "D U", 1);
    assertThat(start.pools().get(0).availableSinceNanos()).isEmpty();
    Selection up = Services.next(service, start, "U U", 2);
    Selection still = Services.next(service, up, "U U", 9);
    assertThat(still.pools().get(0).availableSinceNanos()).hasValue(2 * Services.SECOND);
    assertThat(still.pools().get(1).availableSinceNanos()).hasValue(Services.SECOND);
    Selection down = Services.next(service, still, "D U", 10);
    assertThat(down.pools().get(0).availableSinceNanos()).isEmpty();
  }
}
