package detour.failover.selection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HoldTest {
  @ParameterizedTest(name = "{0} -> {1}, last {2}")
  @CsvSource({
    "0+30,              30, 0",
    "0+30 10+5,         30, 10",
    "0+30 10+30,        40, 10",
    "0+5 10+5 12+5,     17, 12",
    "0+300 10+30 100+5, 300, 100",
  })
  void shouldBeHeldUntilTheLatestOfAllAnswersInAnyOrder(
      String answers, long heldUntilSeconds, long lastSeconds) {
    List<Hold> holds = new ArrayList<>();
    for (String answer : answers.split(" ", -1)) {
      String[] parts = answer.split("\\+", -1);
      holds.add(Hold.of(Long.parseLong(parts[0]) * 1000, Integer.parseInt(parts[1])));
    }
    for (int i = 0; i < holds.size(); i++) {
      Hold all = holds.stream().reduce(Hold::and).orElseThrow();
      assertThat(all.heldUntilMillis()).isEqualTo(heldUntilSeconds * 1000);
      assertThat(all.lastAnsweredMillis()).isEqualTo(lastSeconds * 1000);
      Collections.rotate(holds, 1);
    }
  }

  @Test
  void shouldNotBeHeldFromTheMomentTheTtlEnds() {
    Hold hold = Hold.of(1000, 30);
    assertThat(hold.heldAt(30_999)).isTrue();
    assertThat(hold.heldAt(31_000)).isFalse();
  }

  @Test
  void shouldBeSafeToSwitchOffOnceNobodyMayHoldIt() {
    Hold hold = Hold.of(1000, 30);
    assertThat(Hold.safeToSwitchOffMillis(hold, false, 5000)).hasValue(31_000);
    assertThat(Hold.safeToSwitchOffMillis(hold, false, 50_000)).hasValue(50_000);
    assertThat(Hold.safeToSwitchOffMillis(null, false, 5000)).hasValue(5000);
  }

  @Test
  void shouldNeverBeSafeToSwitchOffWhatIsStillAnswered() {
    assertThat(Hold.safeToSwitchOffMillis(Hold.of(1000, 30), true, 99_000)).isEmpty();
    assertThat(Hold.safeToSwitchOffMillis(null, true, 99_000)).isEmpty();
  }
}
