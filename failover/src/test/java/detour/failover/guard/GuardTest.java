package detour.failover.guard;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Check;
import detour.failover.model.CheckSettings;
import detour.failover.model.Destination;
import detour.failover.model.GuardPolicy;
import detour.failover.model.ProbeOptions;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Thresholds;
import detour.failover.opinion.Observation;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardTest {
  private static final long SECOND = 1_000_000_000L;

  private final Guard guard = new Guard();

  /// Five destinations are well; the first fails and its failure is known at 10 s. What else is
  /// seen is target:result:start, all known by 12 s, when the first is to be decided.
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "nothing else was seen | | false",
        "a witness passed later | 2:p:10.1 | true",
        "a witness passed before | 2:p:9.9 | false",
        "a witness fails | 2:f:10.1 | false",
        "three fail and one passes | 2:f:10.1 3:f:10.1 4:f:10.1 5:p:10.2 | true",
        "another check of the same place passes | 1:p:10.1 | true",
      })
  void shouldBelieveWhatAWitnessConfirms(String why, String seen, boolean believed) {
    guardTargets(5, GuardPolicy.DEFAULT);
    allPass(5, 5);
    fails(1, 10, 10);
    guard.suspected(target(1), 10 * SECOND);
    if (seen != null) {
      play(seen);
    }
    assertThat(guard.believes(target(1), 10 * SECOND, 12 * SECOND)).as(why).isEqualTo(believed);
  }

  @Test
  void shouldAskWitnessesAsSoonAsSomethingIsSuspected() {
    guardTargets(20, GuardPolicy.DEFAULT);
    allPass(20, 5);
    assertThat(guard.nextDueNanos()).isEqualTo(Long.MAX_VALUE);
    fails(1, 10, 10);
    guard.suspected(target(1), 10 * SECOND);
    assertThat(guard.nextDueNanos()).isEqualTo(10 * SECOND);
    List<ProbeTarget> asked = guard.due(10 * SECOND);
    assertThat(asked).hasSize(3).doesNotContain(target(1));
    passes(2, 10.1);
    assertThat(guard.nextDueNanos()).as("one has passed").isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void shouldAskMoreWhileNoneAnswers() {
    guardTargets(20, GuardPolicy.DEFAULT);
    allPass(20, 5);
    fails(1, 10, 10);
    guard.suspected(target(1), 10 * SECOND);
    assertThat(guard.due(10 * SECOND)).hasSize(3);
    assertThat(guard.due(10 * SECOND + 1)).isEmpty();
    assertThat(guard.due(11 * SECOND).size()).isGreaterThan(3);
  }

  /// Of ten destinations so many fail while a decision waits.
  @ParameterizedTest(name = "{0} of 10 with share {1} %")
  @CsvSource({"8, 90, false", "9, 90, true", "10, 90, true", "4, 50, false", "5, 50, true"})
  void shouldBeImpairedWhenTheShareFails(int failing, int share, boolean impaired) {
    guardTargets(10, policy(share, 5));
    allPass(10, 5);
    for (int number = 1; number <= failing; number++) {
      fails(number, 10, 10);
    }
    var _ = guard.believes(target(1), 10 * SECOND, 11 * SECOND);
    assertThat(guard.impaired()).isEqualTo(impaired);
  }

  @Test
  void shouldBeImpairedWhenADecisionHasWaitedForTheWindow() {
    guardTargets(10, GuardPolicy.DEFAULT);
    allPass(10, 5);
    fails(1, 10, 10);
    assertThat(guard.believes(target(1), 10 * SECOND, 12 * SECOND)).isFalse();
    var _ = guard.due(22 * SECOND);
    assertThat(guard.impaired()).isFalse();
    var _ = guard.due(22 * SECOND + 200_000_001);
    assertThat(guard.impaired()).isTrue();
    assertThat(guard.finding()).startsWith("1 of the 10 destinations");
  }

  @Test
  void shouldResumeOnceWitnessesHavePassedForAWhile() {
    impair();
    passes(2, 31);
    passes(3, 32);
    assertThat(guard.impaired()).isTrue();
    passes(4, 33);
    passes(5, 34.1);
    assertThat(guard.impaired()).isFalse();
  }

  @Test
  void shouldNotResumeForPassesWithAGap() {
    impair();
    passes(2, 31);
    passes(3, 34);
    passes(4, 36);
    assertThat(guard.impaired()).as("the link comes and goes").isTrue();
    passes(4, 37.1);
    assertThat(guard.impaired()).isFalse();
  }

  @Test
  void shouldNotCountWhatWasSeenWhileImpaired() {
    impair();
    assertThat(guard.counts(observation(false, 30, 32))).isFalse();
    assertThat(guard.counts(observation(true, 30, 32))).isFalse();
    for (double at = 31; at < 35; at++) {
      passes(2, at);
    }
    assertThat(guard.impaired()).isFalse();
    assertThat(guard.counts(observation(false, 33, 36))).as("began before").isFalse();
    assertThat(guard.counts(observation(false, 36, 36))).isTrue();
  }

  @Test
  void shouldLeaveOutDestinationsThatAreDownAlready() {
    guardTargets(6, GuardPolicy.DEFAULT);
    allPass(6, 5);
    for (int number = 1; number <= 2; number++) {
      fails(number, 10, 10);
      guard.decidedDown(target(number));
    }
    fails(3, 20, 20);
    assertThat(guard.believes(target(3), 20 * SECOND, 21 * SECOND))
        .as("four are left, which is too few for a guard")
        .isTrue();
  }

  @Test
  void shouldNeitherGuardNorBelieveLoopback() {
    Map<ProbeTarget, Boolean> targets = new LinkedHashMap<>();
    ProbeTarget here = target("127.0.0.2");
    targets.put(here, true);
    for (int number = 1; number <= 5; number++) {
      targets.put(target(number), true);
    }
    guard.guard(GuardPolicy.DEFAULT, targets, 0);
    allPass(5, 5);
    assertThat(guard.believes(here, 10 * SECOND, 12 * SECOND)).isTrue();
    guard.observed(here, observation(true, 11, 11));
    assertThat(guard.believes(target(1), 10 * SECOND, 12 * SECOND)).isFalse();
  }

  /// Three canaries; what is seen of them is number:result:start.
  @ParameterizedTest(name = "quorum {0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | 1:p:10.1 | true | false",
        "2 | 1:p:10.1 | false | false",
        "2 | 1:p:10.1 3:p:10.2 | true | false",
        "1 | 1:f:10.1 2:f:10.1 3:f:10.1 | false | false",
        "1 | 1:f:1 1:f:2 1:f:3 2:f:1 2:f:2 2:f:3 3:p:9 | false | false",
        "2 | 1:f:1 1:f:2 1:f:3 2:f:1 2:f:2 2:f:3 3:p:9 | false | true",
        "1 | 1:f:1 1:f:2 1:f:3 2:f:1 2:f:2 2:f:3 3:f:1 3:f:2 3:f:3 | false | true",
      })
  void shouldAskCanariesAlone(int quorum, String seen, boolean believed, boolean impaired) {
    List<ProbeTarget> canaries = List.of(target(1), target(2), target(3));
    GuardPolicy policy =
        new GuardPolicy(true, canaries, quorum, Duration.ofSeconds(10), 90, 5, Duration.ZERO);
    ProbeTarget endpoint = target("192.0.2.99");
    guard.guard(policy, Map.of(endpoint, true), 0);
    play(seen);
    assertThat(guard.impaired()).isEqualTo(impaired);
    assertThat(!impaired && guard.believes(endpoint, 10 * SECOND, 12 * SECOND)).isEqualTo(believed);
  }

  @Test
  void shouldBelieveEverythingWhenOff() {
    guardTargets(10, GuardPolicy.OFF);
    assertThat(guard.believes(target(1), SECOND, SECOND)).isTrue();
    assertThat(guard.on()).isFalse();
  }

  @Test
  void shouldStayImpairedThroughAReload() {
    impair();
    guardTargets(12, GuardPolicy.DEFAULT);
    assertThat(guard.impaired()).isTrue();
    guardTargets(12, GuardPolicy.OFF);
    assertThat(guard.impaired()).isFalse();
  }

  private void impair() {
    guardTargets(10, GuardPolicy.DEFAULT);
    allPass(10, 5);
    for (int number = 1; number <= 10; number++) {
      fails(number, 10, 10);
    }
    var _ = guard.believes(target(1), 10 * SECOND, 11 * SECOND);
    assertThat(guard.impaired()).isTrue();
  }

  private void guardTargets(int count, GuardPolicy policy) {
    Map<ProbeTarget, Boolean> targets = new LinkedHashMap<>();
    for (int number = 1; number <= count; number++) {
      targets.put(target(number), true);
    }
    guard.guard(policy, targets, 0);
  }

  private void allPass(int count, double startSeconds) {
    for (int number = 1; number <= count; number++) {
      passes(number, startSeconds);
    }
  }

  private void play(String seen) {
    for (String one : seen.split(" ", -1)) {
      String[] parts = one.split(":", -1);
      double start = Double.parseDouble(parts[2]);
      guard.observed(
          target(Integer.parseInt(parts[0])), observation(parts[1].equals("p"), start, start));
    }
  }

  private void passes(int number, double startSeconds) {
    guard.observed(target(number), observation(true, startSeconds, startSeconds));
  }

  private void fails(int number, double startSeconds, double endSeconds) {
    guard.observed(target(number), observation(false, startSeconds, endSeconds));
  }

  private static Observation observation(boolean passed, double startSeconds, double endSeconds) {
    return new Observation(
        passed, "seen", (long) (startSeconds * SECOND), (long) (endSeconds * SECOND));
  }

  private static GuardPolicy policy(int share, int minTargets) {
    return new GuardPolicy(
        true, List.of(), 1, Duration.ofSeconds(10), share, minTargets, Duration.ofSeconds(3));
  }

  private static ProbeTarget target(int number) {
    return target("192.0.2." + number);
  }

  private static ProbeTarget target(String address) {
    return new ProbeTarget(
        new Check(
            "tcp",
            new Port(80),
            Duration.ofSeconds(5),
            Duration.ofMillis(500),
            Duration.ofSeconds(2),
            Thresholds.DEFAULT,
            ProbeOptions.DEFAULT),
        new Destination.Address(InetAddress.ofLiteral(address)));
  }

  private record Port(int number) implements CheckSettings {
    @Override
    public String summary() {
      return ":" + number;
    }
  }
}
