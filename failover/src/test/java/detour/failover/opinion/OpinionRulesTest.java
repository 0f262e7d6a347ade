package detour.failover.opinion;

import static detour.failover.opinion.Results.SECOND;
import static detour.failover.opinion.Results.after;
import static detour.failover.opinion.Results.arriving;
import static detour.failover.opinion.Results.healths;
import static detour.failover.opinion.Results.inOrder;
import static detour.failover.opinion.Results.thresholds;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Check;
import detour.failover.model.Health;
import detour.failover.model.Thresholds;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpinionRulesTest {
  @ParameterizedTest(name = "fall {0}, rise {1}: {2} -> {3}")
  @CsvSource({
    "3, 2, P,          U",
    "3, 2, F,          ?",
    "3, 2, FFF,        ??D",
    "3, 2, FP,         ?U",
    "3, 2, FFP,        ??U",
    "3, 2, PFFF,       UUUD",
    "3, 2, PFFPFFPFFF, UUUUUUUUUD",
    "3, 2, FFFP,       ??DD",
    "3, 2, FFFPP,      ??DDU",
    "3, 2, FFFPFPFPP,  ??DDDDDDU",
    "3, 2, FFFPPFFF,   ??DDUUUD",
    "1, 1, FPFP,       DUDU",
    "1, 2, PFPFPP,     UDDDDU",
    "2, 3, FFPPFPPP,   ?DDDDDDU",
  })
  void shouldTurnOnlyAfterEnoughResultsInARow(int fall, int rise, String script, String expected) {
    Thresholds thresholds = thresholds(fall, rise);
    assertThat(healths(thresholds, OpinionRules.initial(thresholds, 0), inOrder(script)))
        .isEqualTo(expected);
  }

  /// Each result is named by its kind and the second its probe started; they arrive left to right.
  @ParameterizedTest(name = "{0}: {1} -> {2}")
  @CsvSource({
    "a timeout that ends after a later probe passed counts nothing, P1 F2 F3 P5 F4, UUUUU, 0",
    "failures around a late pass that started between them,         P1 F2 F4 P3,    UUUU,  1",
    "two failures after the pass make three only with the next,     P1 F2 F4 P3 F5, UUUUU, 2",
    "and that one decides,                                    P1 F2 F4 P3 F5 F6, UUUUUD, 3",
    "a slow pass sent before the failures clears none of them,      P1 F3 F4 P2 F5, UUUUD, 3",
    "late failures in a row count in any order,                     P1 F4 F3 F2,    UUUD,  3",
    "a pass started with the failure clears it,                     P1 F2 P2 F3,    UUUU,  1",
    "the first pass brings UP though a failure started later,       F2 P1,          ?U,    1",
  })
  void shouldCountFailuresInOrderOfStart(String why, String script, String expected, int failures) {
    Thresholds thresholds = thresholds(3, 2);
    Opinion start = OpinionRules.initial(thresholds, 0);
    assertThat(healths(thresholds, start, arriving(script))).as(why).isEqualTo(expected);
    assertThat(after(thresholds, start, arriving(script)).consecutiveFailures())
        .isEqualTo(failures);
  }

  @ParameterizedTest(name = "{0}: {1} -> {2}")
  @CsvSource({
    "a pass sent before the last failure counts nothing, F1 F2 F5 P4 P3, ??DDD, 0",
    "a failure between two passes leaves the later one,  F1 F2 F3 P4 P6 F5, ??DDUU, 2",
    "with rise 2 the later pass alone is not enough,     F1 F2 F3 P4 F5 P6, ??DDDD, 1",
    "a late timeout from before the passes hinders none, F1 F2 F3 P6 F5 P7, ??DDDU, 2",
    "a failure started with the pass clears it,          F1 F2 F3 P4 F4 P5, ??DDDD, 1",
  })
  void shouldCountRecoveryInOrderOfStart(String why, String script, String expected, int passes) {
    Thresholds thresholds = thresholds(3, 2);
    Opinion start = OpinionRules.initial(thresholds, 0);
    assertThat(healths(thresholds, start, arriving(script))).as(why).isEqualTo(expected);
    assertThat(after(thresholds, start, arriving(script)).consecutivePasses()).isEqualTo(passes);
  }

  @ParameterizedTest(name = "fall_total {0}, forgive {1}: {2} -> {3}")
  @CsvSource({
    "3, 2, PFPFPF,       UUUUUD",
    "3, 2, PFPFPPF,      UUUUUUU",
    "3, 2, PFPFPPFPFPF,  UUUUUUUUUUD",
    "0, 2, PFPFPFPFPF,   UUUUUUUUUU",
    "3, 9, PFPFPFPPFPF,  UUUUUDDUUUU",
    "2, 9, FF,           ?D",
  })
  void shouldTurnDownByFailuresThatNoCleanRunForgave(
      int fallTotal, int forgive, String script, String expected) {
    Thresholds thresholds = new Thresholds(3, 2, fallTotal, forgive, Duration.ZERO, 32);
    assertThat(healths(thresholds, OpinionRules.initial(thresholds, 0), inOrder(script)))
        .isEqualTo(expected);
  }

  @Test
  void shouldCountTimeoutsThatAreOvertakenTowardsTheTotalOnly() {
    Thresholds thresholds = new Thresholds(3, 2, 3, 10, Duration.ZERO, 32);
    Opinion start = OpinionRules.initial(thresholds, 0);
    assertThat(healths(thresholds, start, arriving("P2 F1 P4 F3 P6 F5"))).isEqualTo("UUUUUD");
    Opinion twice = after(thresholds, start, arriving("P2 F1 P4 F3"));
    assertThat(twice.consecutiveFailures()).isZero();
    assertThat(twice.totalFailures()).isEqualTo(2);
  }

  @ParameterizedTest(name = "window {0} s, limit {1}: {2} -> rise {3}")
  @CsvSource({
    "100, 32, PFF,                     2",
    "100, 32, PFFPPFF,                 4",
    "100, 32, PFFPPFFPPPPFF,           8",
    "100,  6, PFFPPFFPPPPFF,           6",
    "100,  2, PFFPPFF,                 2",
    "4,   32, PFFPPFF,                 4",
    "3,   32, PFFPPFF,                 2",
    "0,   32, PFFPPFF,                 2",
  })
  void shouldDoubleRiseForEachEarlierDownWithinTheWindow(
      int windowSeconds, int limit, String script, int expected) {
    Thresholds thresholds = new Thresholds(2, 2, 0, 10, Duration.ofSeconds(windowSeconds), limit);
    Opinion opinion = after(thresholds, OpinionRules.initial(thresholds, 0), inOrder(script));
    assertThat(opinion.health()).isEqualTo(Health.DOWN);
    assertThat(opinion.riseNeeded()).isEqualTo(expected);
  }

  @Test
  void shouldDemandTheDampedRise() {
    Thresholds thresholds = new Thresholds(2, 2, 0, 10, Duration.ofSeconds(100), 32);
    Opinion start = OpinionRules.initial(thresholds, 0);
    assertThat(healths(thresholds, start, inOrder("PFFPPFFPPPFPPPP"))).isEqualTo("UUDDUUDDDDDDDDU");
  }

  @ParameterizedTest(name = "restored {0}: {1} -> {2}")
  @CsvSource({
    "UP,      F,   U",
    "UP,      FFF, UUD",
    "UP,      PFF, UUU",
    "DOWN,    P,   D",
    "DOWN,    PP,  DU",
    "DOWN,    PFP, DDD",
    "UNKNOWN, P,   U",
    "UNKNOWN, FFF, ??D",
  })
  void shouldBehaveAsTheHealthItWasRestoredWith(Health health, String script, String expected) {
    Thresholds thresholds = thresholds(3, 2);
    Opinion restored = OpinionRules.restored(thresholds, health, 0);
    assertThat(healths(thresholds, restored, inOrder(script))).isEqualTo(expected);
  }

  @Test
  void shouldBeStaleFromRestoreUntilTheFirstResult() {
    Thresholds thresholds = thresholds(3, 2);
    Opinion restored = OpinionRules.restored(thresholds, Health.DOWN, 0);
    assertThat(restored.stale()).isTrue();
    assertThat(after(thresholds, restored, inOrder("F")).stale()).isFalse();
    assertThat(OpinionRules.initial(thresholds, 0).stale()).isFalse();
    assertThat(OpinionRules.restored(thresholds, Health.UNKNOWN, 0).stale()).isFalse();
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource({
    "'',    false",
    "F,     true",
    "P,     false",
    "PF,    true",
    "PFP,   false",
    "FFF,   false",
    "FFFP,  true",
    "FFFPF, false",
    "FFFPP, false",
  })
  void shouldBePendingWhileAChangeIsInTheAir(String script, boolean pending) {
    Thresholds thresholds = thresholds(3, 2);
    Opinion opinion = after(thresholds, OpinionRules.initial(thresholds, 0), inOrder(script));
    assertThat(OpinionRules.pending(opinion)).isEqualTo(pending);
  }

  /// Interval 10 s, fast interval 1 s; the last probe started at second n of n.
  @ParameterizedTest(name = "{0} at {1} s -> {2} s")
  @CsvSource({
    "'',    7,  7",
    "P,     1,  13",
    "PF,    2,  4",
    "PFF,   3,  4",
    "PFF,   9,  9",
    "F,     1,  2",
    "FFF,   3,  14",
    "FFFP,  4,  5",
  })
  void shouldForeseeTheEarliestDecision(String script, long nowSeconds, long expectedSeconds) {
    Thresholds thresholds = thresholds(3, 2);
    Check check = check(thresholds);
    Opinion opinion = after(thresholds, OpinionRules.initial(thresholds, 0), inOrder(script));
    assertThat(OpinionRules.earliestDecisionNanos(check, opinion, nowSeconds * SECOND))
        .isEqualTo(expectedSeconds * SECOND);
  }

  @Test
  void shouldForeseeTheDecisionByTotalFailures() {
    Thresholds thresholds = new Thresholds(3, 2, 3, 10, Duration.ZERO, 32);
    Opinion opinion = after(thresholds, OpinionRules.initial(thresholds, 0), inOrder("PFPF"));
    assertThat(OpinionRules.earliestDecisionNanos(check(thresholds), opinion, 4 * SECOND))
        .isEqualTo(5 * SECOND);
  }

  @Test
  void shouldRememberSinceWhenTheHealthHolds() {
    Thresholds thresholds = thresholds(3, 2);
    Opinion start = OpinionRules.initial(thresholds, 5);
    assertThat(start.sinceNanos()).isEqualTo(5);
    assertThat(after(thresholds, start, inOrder("PPP")).sinceNanos()).isEqualTo(SECOND);
    assertThat(after(thresholds, start, inOrder("PPFFFF")).sinceNanos()).isEqualTo(5 * SECOND);
  }

  @Test
  void shouldWorkAcrossTheWrapAroundOfTheClock() {
    Thresholds thresholds = thresholds(3, 2);
    Opinion opinion = OpinionRules.initial(thresholds, Long.MAX_VALUE - 2);
    long start = Long.MAX_VALUE - 2;
    opinion = OpinionRules.next(thresholds, opinion, new Observation(true, "", start, start));
    for (int i = 1; i <= 3; i++) {
      long at = start + i * 2L;
      opinion = OpinionRules.next(thresholds, opinion, new Observation(false, "", at, at));
    }
    assertThat(opinion.health()).isEqualTo(Health.DOWN);
  }

  static Check check(Thresholds thresholds) {
    return new Check(
        "tcp",
        () -> ":80",
        Duration.ofSeconds(10),
        Duration.ofSeconds(1),
        Duration.ofSeconds(3),
        thresholds);
  }
}
