package detour.server.probe;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Check;
import detour.failover.model.Destination;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Thresholds;
import detour.failover.opinion.Observation;
import detour.server.metrics.Counter;
import detour.server.metrics.Metrics;
import detour.server.probe.FakeLane.Answer;
import detour.server.probe.FakeLane.Started;
import detour.server.probe.ProbeResult.Outcome;
import detour.server.probe.socket.TcpCheck;
import detour.server.publish.Agreed;
import detour.server.publish.Command;
import detour.server.publish.Inbox;
import detour.server.publish.Peers;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProbeScheduleTest {
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Duration FAST = Duration.ofMillis(200);
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final Metrics metrics = new Metrics();
  private final Recorder inbox = new Recorder();
  private @Nullable Answer answer = quick(Outcome.PASSED);
  private final FakeLane lane = new FakeLane(target -> answer);
  private final Map<String, CompletableFuture<List<InetAddress>>> names = new HashMap<>();

  @Test
  void shouldStartANewTargetWithinASecondAndKeepItsCadence() {
    ProbeSchedule schedule = schedule(100);
    schedule.targets(Set.of(target(1)));
    lane.advance(101_000);

    List<Long> starts = lane.startedMillis();
    assertThat(starts.getFirst()).isLessThan(1000);
    assertThat(starts.get(1) - starts.get(0)).isBetween(0L, 10_000L);
    assertThat(gaps(starts.subList(1, starts.size()))).hasSizeGreaterThan(7).containsOnly(10_000L);
  }

  @Test
  void shouldSpreadFirstStartsOverASecondAndLaterOnesOverTheInterval() {
    ProbeSchedule schedule = schedule(20_000);
    Set<ProbeTarget> targets = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      targets.add(target(i));
    }
    schedule.targets(targets);
    lane.advance(30_000);

    assertThat(perBucket(lane.started(), 0, 100, 10)).allMatch(count -> count >= 800);
    // From the eleventh second on the normal cadence alone runs: a tenth of the targets a second.
    assertThat(perBucket(lane.started(), 11_000, 1000, 10))
        .allMatch(count -> count > 850 && count < 1150);
    Map<ProbeTarget, Integer> later = new HashMap<>();
    lane.started().stream()
        .filter(start -> start.atMillis() >= 11_000 && start.atMillis() < 21_000)
        .forEach(start -> later.merge(start.target(), 1, Integer::sum));
    assertThat(later).hasSize(10_000);
    assertThat(later.values()).containsOnly(1);
    assertThat(metrics.value(Counter.PROBES_STARTED_LATE)).isZero();
    assertThat(metrics.value(Counter.PROBES_STARTED)).isEqualTo(lane.started().size());
  }

  @Test
  void shouldProbeOutOfTurnWhenAskedAndKeepTheCadence() {
    ProbeSchedule schedule = schedule(100);
    schedule.targets(Set.of(target(1)));
    lane.advance(21_000);
    List<Long> before = List.copyOf(lane.startedMillis());
    schedule.probeNow(target(1));
    schedule.probeNow(target(2));
    lane.advance(1);
    assertThat(lane.startedMillis()).hasSize(before.size() + 1);
    lane.advance(20_000);
    List<Long> regular = new ArrayList<>(lane.startedMillis());
    regular.remove(before.size());
    assertThat(gaps(regular.subList(1, regular.size()))).containsOnly(10_000L);
  }

  @Test
  void shouldNotProbeOutOfTurnBesideAProbeUnderWay() {
    ProbeSchedule schedule = schedule(100);
    answer = null; // nothing ever ends
    schedule.targets(Set.of(target(1)));
    lane.advance(1000);
    schedule.probeNow(target(1));
    lane.advance(1000);
    assertThat(lane.started()).hasSize(1);
  }

  @Test
  void shouldReportStartAndEndOnTheSharedClock() {
    answer = quick(Outcome.FAILED);
    ProbeSchedule schedule = schedule(100);
    schedule.targets(Set.of(target(1)));
    lane.advance(1100);

    Observation observation = inbox.observations.getFirst().observation();
    assertThat(observation.passed()).isFalse();
    assertThat(observation.startNanos()).isEqualTo(lane.started().getFirst().atNanos());
    assertThat(observation.durationNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(10));
  }

  @Test
  void shouldConfirmATimeoutAtOnceAndWithoutWaitingForProbesUnderWay() {
    assertThat(startsAfterAFailureThatTook(1000)).containsExactly(5L, 205L, 405L, 605L, 805L);
  }

  @Test
  void shouldConfirmAQuickFailureAFastIntervalAfterItStarted() {
    assertThat(startsAfterAFailureThatTook(50)).containsExactly(150L, 350L, 550L, 750L, 950L);
  }

  /// Milliseconds from the first failure's end to the starts that follow.
  private List<Long> startsAfterAFailureThatTook(int millis) {
    ProbeSchedule schedule = schedule(100);
    answer = after(millis, Outcome.FAILED);
    schedule.targets(Set.of(target(1)));
    while (inbox.observations.isEmpty()) {
      lane.advance(1);
    }
    long firstEnd = inbox.observations.getFirst().observation().endNanos();
    lane.advance(5); // the decision takes its time, which is not added to the wait
    schedule.pending(target(1), true);
    lane.advance(990);
    return lane.started().stream()
        .skip(1)
        .map(start -> (start.atNanos() - firstEnd) / 1_000_000)
        .toList();
  }

  @Test
  void shouldBoundHowManyConfirmingProbesOverlap() {
    ProbeSchedule schedule = schedule(100);
    answer = null; // nothing ever ends
    schedule.targets(Set.of(target(1)));
    lane.advance(1000);
    schedule.pending(target(1), true);
    lane.advance(20_000);

    assertThat(lane.started()).hasSize(6); // ceil(1000 / 200) + 1
  }

  @Test
  void shouldReturnToItsCadenceWhenNothingIsPendingAnyMore() {
    ProbeSchedule schedule = schedule(100);
    schedule.targets(Set.of(target(1)));
    lane.advance(25_000);
    List<Long> before = lane.startedMillis();
    schedule.pending(target(1), true);
    lane.advance(1000);
    schedule.pending(target(1), false);
    int confirmed = lane.started().size() - before.size();
    lane.advance(30_000);

    assertThat(confirmed).isBetween(4, 6);
    List<Long> after =
        lane.startedMillis().subList(before.size() + confirmed, lane.started().size());
    assertThat(after).hasSizeBetween(2, 4);
    assertThat(after).allMatch(start -> (start - before.getLast()) % 10_000 == 0);
  }

  @Test
  void shouldNeverHaveTwoProbesUnderWayWhileNothingIsPending() {
    ProbeSchedule schedule = schedule(100);
    answer = after(14_000, Outcome.FAILED);
    schedule.targets(Set.of(target(1)));
    lane.advance(100_000);

    assertThat(lane.started()).hasSizeGreaterThan(4);
    assertThat(gaps(lane.startedMillis())).allMatch(gap -> gap >= 14_000);
  }

  @Test
  void shouldStopARemovedTargetAtOnceAndDropWhatIsUnderWay() {
    ProbeSchedule schedule = schedule(100);
    answer = after(500, Outcome.PASSED);
    schedule.targets(Set.of(target(1), target(2)));
    lane.advance(1000);
    inbox.observations.clear();
    int before = lane.started().size();
    schedule.targets(Set.of(target(2)));
    schedule.pending(target(1), true);
    lane.advance(30_000);

    assertThat(inbox.observations).isNotEmpty();
    assertThat(inbox.observations).allMatch(seen -> seen.target().equals(target(2)));
    assertThat(lane.started().subList(before, lane.started().size()))
        .allMatch(start -> start.target().equals(target(2)));
  }

  @Test
  void shouldKeepTheScheduleOfTargetsThatStay() {
    ProbeSchedule schedule = schedule(100);
    schedule.targets(Set.of(target(1)));
    lane.advance(25_000);
    schedule.targets(Set.of(target(1), target(2)));
    lane.advance(40_000);

    List<Long> starts =
        lane.started().stream()
            .filter(start -> start.target().equals(target(1)))
            .map(Started::atMillis)
            .toList();
    assertThat(gaps(starts.subList(1, starts.size()))).containsOnly(10_000L);
  }

  @Test
  void shouldLetProbesWaitBeyondTheLimitAndReportNothingForThem() {
    ProbeSchedule schedule = schedule(2);
    answer = after(300, Outcome.PASSED);
    Set<ProbeTarget> targets = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      targets.add(target(i));
    }
    schedule.targets(targets);
    lane.advance(60_000);

    assertThat(metrics.value(Counter.PROBES_DEFERRED)).isPositive();
    assertThat(inbox.observations).allMatch(seen -> seen.observation().passed());
    assertThat(inbox.observations.stream().map(Seen::target).distinct()).hasSize(20);
    List<Long> starts = lane.startedMillis();
    for (int i = 2; i < starts.size(); i++) {
      assertThat(starts.get(i) - starts.get(i - 2)).isGreaterThanOrEqualTo(300);
    }
  }

  @Test
  void shouldRetrySoonAndReportNothingWhenTheMachineItselfFailed() {
    ProbeSchedule schedule = schedule(100);
    answer = quick(Outcome.NOT_STARTED);
    schedule.targets(Set.of(target(1)));
    lane.advance(6000);

    assertThat(inbox.observations).isEmpty();
    assertThat(metrics.value(Counter.PROBES_NOT_STARTED)).isGreaterThanOrEqualTo(10);
    answer = quick(Outcome.PASSED);
    lane.advance(600);
    assertThat(inbox.observations).hasSize(1);
  }

  @Test
  void shouldCountStartsThatAreLateAndSkipThoseMissed() {
    ProbeSchedule schedule = schedule(100);
    schedule.targets(Set.of(target(1)));
    lane.advance(25_000);
    int before = lane.started().size();
    lane.stall(35_000);
    lane.advance(0);

    assertThat(lane.started()).hasSize(before + 1);
    assertThat(metrics.value(Counter.PROBES_STARTED_LATE)).isEqualTo(1);
  }

  @Test
  void shouldResolveHostNamesAtIntervalsAndKeepQuietAboutFailures() throws Exception {
    ProbeSchedule schedule = schedule(100);
    List<InetAddress> addresses = List.of(InetAddress.getByName("192.0.2.1"));
    names.put("good.example", CompletableFuture.completedFuture(addresses));
    names.put("bad.example", CompletableFuture.failedFuture(new IllegalStateException("no")));
    schedule.hostNames(Set.of("good.example", "bad.example"));
    lane.advance(95_000);

    assertThat(inbox.resolved).hasSizeBetween(4, 5).containsOnly("good.example=" + addresses);
    assertThat(metrics.value(Counter.RESOLUTIONS_FAILED)).isBetween(4L, 5L);

    inbox.resolved.clear();
    schedule.hostNames(Set.of());
    lane.advance(95_000);
    assertThat(inbox.resolved).isEmpty();
  }

  private ProbeSchedule schedule(int inFlightMax) {
    return new ProbeSchedule(
        inbox,
        metrics,
        name -> names.getOrDefault(name, new CompletableFuture<>()),
        lane::nowNanos,
        new Random(42),
        List.of(lane),
        new DescriptorBudget(inFlightMax, 100),
        targets -> {},
        () -> {});
  }

  private static ProbeTarget target(int number) {
    Check check =
        new Check("tcp", new TcpCheck.Settings(80), INTERVAL, FAST, TIMEOUT, Thresholds.DEFAULT);
    return new ProbeTarget(check, new Destination.HostName("host" + number));
  }

  private static Answer quick(Outcome outcome) {
    return after(10, outcome);
  }

  private static Answer after(long millis, Outcome outcome) {
    return new Answer(
        TimeUnit.MILLISECONDS.toNanos(millis), new ProbeResult(outcome, "", List.of(), null));
  }

  private static List<Long> gaps(List<Long> starts) {
    List<Long> gaps = new ArrayList<>();
    for (int i = 1; i < starts.size(); i++) {
      gaps.add(starts.get(i) - starts.get(i - 1));
    }
    return gaps;
  }

  private static LongStream perBucket(
      List<Started> starts, long fromMillis, long bucketMillis, int buckets) {
    long[] counts = new long[buckets];
    for (Started start : starts) {
      long bucket = Math.floorDiv(start.atMillis() - fromMillis, bucketMillis);
      if (bucket >= 0 && bucket < buckets) {
        counts[(int) bucket]++;
      }
    }
    return LongStream.of(counts);
  }

  private record Seen(ProbeTarget target, Observation observation) {}

  private static final class Recorder implements Inbox {
    private final List<Seen> observations = new ArrayList<>();
    private final List<String> resolved = new ArrayList<>();

    @Override
    public void observed(ProbeTarget target, Observation observation) {
      observations.add(new Seen(target, observation));
    }

    @Override
    public void resolved(String hostName, List<InetAddress> addresses) {
      resolved.add(hostName + "=" + addresses);
    }

    @Override
    public void peers(Peers.Change change) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> command(Command command) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void agreed(Agreed agreed) {
      throw new UnsupportedOperationException();
    }
  }
}
