package detour.failover.selection;

import static detour.failover.selection.Services.SECOND;
import static detour.failover.selection.Services.first;
import static detour.failover.selection.Services.health;
import static detour.failover.selection.Services.names;
import static detour.failover.selection.Services.next;
import static detour.failover.selection.Services.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.failover.model.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectionRulesTest {
  /// Steps are `seconds:health`, with a `!` behind where an operator approves. Expected are the
  /// first letter of the pool (`-` for none) and the status of each step.
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "a healthy primary serves | 0:UU | a SERVING",
        "first start takes the first available | 0:DU | b FAILED_OVER",
        "fails over at once | 0:UU, 1:DU | a SERVING, b FAILED_OVER",
        "fails back after 60 s | 0:DU, 1:UU, 60:UU, 61:UU "
            + "| b FAILED_OVER, b FAILING_BACK, b FAILING_BACK, a SERVING",
        "a break starts the time anew | 0:DU, 1:UU, 50:DU, 51:UU, 110:UU, 111:UU "
            + "| b FAILED_OVER, b FAILING_BACK, b FAILED_OVER, b FAILING_BACK, b FAILING_BACK, "
            + "a SERVING",
        "the waiting one serves at once when the current one goes | 0:DU, 1:UU, 2:UD "
            + "| b FAILED_OVER, b FAILING_BACK, a SERVING",
        "approval ends a timed wait | 0:DU, 1:UU, 2:UU! | b FAILED_OVER, b FAILING_BACK, a SERVING",
        "approval of nothing does nothing | 0:DU!, 1:UU | b FAILED_OVER, b FAILING_BACK",
        "last resort ends with what recovers, earlier one | 0:DU, 1:DD, 2:UD "
            + "| b FAILED_OVER, - LAST_RESORT, a SERVING",
        "last resort ends with what recovers, current one | 0:DU, 1:DD, 2:DU "
            + "| b FAILED_OVER, - LAST_RESORT, b FAILED_OVER",
        "last resort ends with all at once: the latch stands | 0:DU, 1:DD, 2:UU "
            + "| b FAILED_OVER, - LAST_RESORT, b FAILING_BACK",
        "first start with nothing available | 0:DD, 1:DU | - LAST_RESORT, b FAILED_OVER",
        "three pools: over to the third | 0:UUU, 1:DDU | a SERVING, c FAILED_OVER",
        "three pools: not over to the second that is no better than the first | 0:UUU, 1:DUU "
            + "| a SERVING, b FAILED_OVER",
        "three pools: back to the first though the second waited longer "
            + "| 0:DDU, 1:DUU, 50:UUU, 61:UUU, 110:UUU "
            + "| c FAILED_OVER, c FAILING_BACK, c FAILING_BACK, c FAILING_BACK, a SERVING",
        "three pools: to the second when the first goes again | 0:DDU, 1:DUU, 50:UUU, 61:DUU "
            + "| c FAILED_OVER, c FAILING_BACK, c FAILING_BACK, b FAILED_OVER",
      })
  void shouldFollowAvailabilityWithAutomaticFailback(String why, String steps, String expected) {
    assertThat(play(service(shape(steps)).build(), null, steps)).as(why).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "waits for ever | 0:DU, 1:UU, 100000:UU | b FAILED_OVER, b READY, b READY",
        "goes back when approved | 0:DU, 1:UU, 2:UU! | b FAILED_OVER, b READY, a SERVING",
        "approval holds once | 0:DU, 1:UU, 2:UU!, 3:DU, 4:UU "
            + "| b FAILED_OVER, b READY, a SERVING, b FAILED_OVER, b READY",
        "approval without a wait is not kept | 0:DU!, 1:UU | b FAILED_OVER, b READY",
        "approval while the primary is gone again does nothing | 0:DU, 1:UU, 2:DU!, 3:UU "
            + "| b FAILED_OVER, b READY, b FAILED_OVER, b READY",
        "serves the waiting one when it is the only one | 0:DU, 1:UU, 2:UD "
            + "| b FAILED_OVER, b READY, a SERVING",
        "serves the primary when it alone recovers from all down | 0:DU, 1:DD, 2:UD, 3:UU "
            + "| b FAILED_OVER, - LAST_RESORT, a SERVING, a SERVING",
        "stays on the standby when both recover | 0:DU, 1:DD, 2:UU "
            + "| b FAILED_OVER, - LAST_RESORT, b READY",
      })
  void shouldWaitForAnOperatorWithManualFailback(String why, String steps, String expected) {
    assertThat(play(service(shape(steps)).manual().build(), null, steps))
        .as(why)
        .isEqualTo(expected);
  }

  /// At most 2 failovers within 1000 s; a failback by itself takes 60 s.
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "the first fails back by itself | 0:UU, 1:DU, 2:UU, 62:UU "
            + "| a SERVING, b FAILED_OVER, b FAILING_BACK, a SERVING",
        "the second is held | 0:UU, 1:DU, 2:UU, 62:UU, 70:DU, 71:UU, 5000:UU "
            + "| a SERVING, b FAILED_OVER, b FAILING_BACK, a SERVING, b FAILED_OVER, b READY, "
            + "b READY",
        "an operator releases it and it starts anew "
            + "| 0:UU, 1:DU, 2:UU, 62:UU, 70:DU, 71:UU, 72:UU!, 73:DU, 74:UU "
            + "| a SERVING, b FAILED_OVER, b FAILING_BACK, a SERVING, b FAILED_OVER, b READY, "
            + "a SERVING, b FAILED_OVER, b FAILING_BACK",
        "held, it leaves a pool that cannot serve at once | 0:UU, 1:DU, 2:UU, 62:UU, 70:DU, 71:UU, "
            + "72:UD, 73:UU, 74:DU, 75:UU "
            + "| a SERVING, b FAILED_OVER, b FAILING_BACK, a SERVING, b FAILED_OVER, b READY, "
            + "a SERVING, a SERVING, b FAILED_OVER, b READY",
        "what an operator caused is not counted | 0:UU, 1:DU, 2:UU, 62:UU, 70:TU, 71:UU | a"
            + " SERVING, b FAILED_OVER, b FAILING_BACK, a SERVING, b FAILED_OVER, b FAILING_BACK",
        "two that lie far apart hold nothing | 0:UU, 1:DU, 2:UU, 62:UU, 2000:DU, 2001:UU | a"
            + " SERVING, b FAILED_OVER, b FAILING_BACK, a SERVING, b FAILED_OVER, b FAILING_BACK",
        "a last resort keeps the hold | 0:UU, 1:DU, 2:UU, 62:UU, 70:DU, 71:DD, 72:UU | a SERVING, b"
            + " FAILED_OVER, b FAILING_BACK, a SERVING, b FAILED_OVER, - LAST_RESORT, b READY",
      })
  void shouldStopFailingBackWhenTheBudgetIsUsedUp(String why, String steps, String expected) {
    Service service = service(shape(steps)).budget(2, 1000).build();
    assertThat(play(service, null, steps)).as(why).isEqualTo(expected);
  }

  @Test
  void shouldBeHeldAfterARestartToo() {
    Service service = service("4 4").budget(2, 1000).build();
    Selection restored = SelectionRules.restored(service, Track.JOINT, "b", 0, true);
    Selection held = next(service, restored, "U U", 100);
    assertThat(held.status()).isEqualTo(Selection.Status.READY);
    assertThat(held.reason()).endsWith("2 automatic failovers within 1000s used up its budget");
  }

  @Test
  void shouldEndTheHoldWhenTheBudgetIsTakenAway() {
    Service service = service("4 4").build();
    Selection restored = SelectionRules.restored(service, Track.JOINT, "b", 0, true);
    assertThat(next(service, restored, "U U", 100).status())
        .isEqualTo(Selection.Status.FAILING_BACK);
  }

  @ParameterizedTest(name = "latched {0}: {1} -> {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "b | 0:UU, 59:UU, 60:UU | b FAILING_BACK, b FAILING_BACK, a SERVING",
        "b | 0:DU | b FAILED_OVER",
        "b | 0:UD | a SERVING",
        "b | 0:DD, 1:UU | - LAST_RESORT, b FAILING_BACK",
        "a | 0:DU | b FAILED_OVER",
        "gone | 0:UU | a SERVING",
      })
  void shouldKeepTheLatchOverARestart(String latch, String steps, String expected) {
    Service service = service("4 4").build();
    Selection restored = SelectionRules.restored(service, Track.JOINT, latch, -7 * SECOND);
    assertThat(play(service, restored, steps)).isEqualTo(expected);
  }

  @Test
  void shouldKnowSinceWhenTheLatchServesAfterARestart() {
    Service service = service("4 4").build();
    Selection restored = SelectionRules.restored(service, Track.JOINT, "b", -7 * SECOND);
    assertThat(next(service, restored, "U U", 0).sinceNanos()).isEqualTo(-7 * SECOND);
    assertThat(next(service, restored, "U D", 3).sinceNanos()).isEqualTo(3 * SECOND);
  }

  @Test
  void shouldKeepTheCurrentPoolThroughALastResort() {
    Service service = service("4 4").build();
    Selection lastResort = next(service, first(service, "D U"), "D D", 1);
    assertThat(lastResort.pool()).isEqualTo(-1);
    assertThat(lastResort.latch()).isEqualTo(1);
  }

  @Test
  void shouldSayWhenATimedFailbackIsDue() {
    Service service = service("4 4").build();
    Selection waiting = next(service, first(service, "D U"), "U U", 3);
    assertThat(waiting.failbackAtNanos()).isEqualTo(OptionalLong.of(63 * SECOND));
    assertThat(waiting.nextEvaluationNanos()).isPresent();
    Selection later = next(service, waiting, "U U", 62);
    assertThat(later.nextEvaluationNanos()).isEqualTo(OptionalLong.of(63 * SECOND));
    assertThat(next(service, later, "U U", 63).failbackAtNanos()).isEmpty();
  }

  @Test
  void shouldNotAskForAnotherEvaluationWhileSettled() {
    Service service = service("4 4").manual().build();
    assertThat(first(service, "U U").nextEvaluationNanos()).isEmpty();
    assertThat(next(service, first(service, "D U"), "U U", 1).nextEvaluationNanos()).isEmpty();
  }

  @Test
  void shouldAnswerOnlyTheHealthyOfThePool() {
    Service service = service("444 4").build();
    assertThat(names(service, first(service, "UDU U").endpoints())).isEqualTo("a1 a3");
    assertThat(names(service, first(service, "TUU U").endpoints())).isEqualTo("a2 a3");
  }

  @Test
  void shouldDateAPoolNotItsStatus() {
    Service service = service("4 4").build();
    Selection over = next(service, first(service, "U U"), "D U", 5);
    assertThat(next(service, over, "U U", 9).sinceNanos()).isEqualTo(5 * SECOND);
    assertThat(next(service, over, "D D", 9).sinceNanos()).isEqualTo(9 * SECOND);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "0:UU | a serves: 1 of 1 healthy",
        "0:DU | b serves because a is not available: 0 of 1 healthy (a1: down)",
        "0:TU | b serves because a is not available: 0 of 1 healthy (a1: drained)",
        "0:DU, 1:UU | b serves; a is available again (1 of 1 healthy) and takes over once it has "
            + "stayed so for 60s",
        "0:DD | no pool is available: the whole first pool is answered; a is not available: 0 of 1 "
            + "healthy (a1: down); b is not available: 0 of 1 healthy (b1: down)",
      })
  void shouldSayWhy(String steps, String expected) {
    Service service = service("4 4").build();
    assertThat(selections(service, null, steps).getLast().reason()).isEqualTo(expected);
  }

  @Test
  void shouldNameTheFirstOfManyUnhealthyEndpoints() {
    Service service = service("444 4").build();
    assertThat(first(service, "DDD U").reason())
        .isEqualTo(
            "b serves because a is not available: 0 of 3 healthy (a1: down; a2: down; and 1 more)");
  }

  @Test
  void shouldSayThatAnOperatorIsWaitedFor() {
    Service service = service("4 4").manual().build();
    assertThat(selections(service, null, "0:DU, 1:UU").getLast().reason())
        .isEqualTo(
            "b serves; a is available again (1 of 1 healthy) and waits for an operator's approval");
  }

  @Test
  void shouldRefuseHealthOfAnotherShape() {
    Service service = service("4 4").build();
    assertThatThrownBy(() -> first(service, "U"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("www.example.com");
  }

  @Test
  void shouldWorkAcrossTheWrapAroundOfTheClock() {
    Service service = service("4 4").build();
    long start = Long.MAX_VALUE - 30 * SECOND;
    Selection over = at(service, null, "D U", start);
    Selection waiting = at(service, over, "U U", start);
    assertThat(waiting.ttl().seconds()).isEqualTo(30);
    assertThat(at(service, waiting, "U U", start + 59 * SECOND).pool()).isEqualTo(1);
    assertThat(at(service, waiting, "U U", start + 60 * SECOND).pool()).isZero();
  }

  private static Selection at(
      Service service, @Nullable Selection previous, String health, long nowNanos) {
    return SelectionRules.next(service, Track.JOINT, previous, health(health), nowNanos, false);
  }

  /// One endpoint in each pool, as many pools as the first step names.
  private static String shape(String steps) {
    return spaced(steps.substring(steps.indexOf(':') + 1).replaceAll("[^UDT].*", ""))
        .replaceAll("[UDT]", "4");
  }

  private static String spaced(String letters) {
    return letters.replaceAll("(.)(?=.)", "$1 ");
  }

  private static String play(Service service, @Nullable Selection start, String steps) {
    List<String> seen = new ArrayList<>();
    for (Selection selection : selections(service, start, steps)) {
      String pool = selection.pool() < 0 ? "-" : service.pools().get(selection.pool()).name();
      seen.add(pool + " " + selection.status());
    }
    return String.join(", ", seen);
  }

  private static List<Selection> selections(
      Service service, @Nullable Selection start, String steps) {
    List<Selection> selections = new ArrayList<>();
    Selection selection = start;
    for (String step : steps.split(",", -1)) {
      String[] parts = step.trim().split(":", -1);
      boolean approved = parts[1].endsWith("!");
      String pools = spaced(parts[1].replace("!", ""));
      long now = Long.parseLong(parts[0]) * SECOND;
      selection =
          SelectionRules.next(service, Track.JOINT, selection, health(pools), now, approved);
      selections.add(selection);
    }
    return selections;
  }
}
