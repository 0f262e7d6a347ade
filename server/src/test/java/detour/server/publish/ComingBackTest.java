package detour.server.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.failover.model.Check;
import detour.failover.model.Checks;
import detour.failover.model.Endpoint;
import detour.failover.model.FailoverBudget;
import detour.failover.model.Pool;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Service;
import detour.failover.model.Share;
import detour.failover.model.WhenAllDown;
import detour.failover.opinion.Observation;
import detour.failover.opinion.Observation.Result;
import detour.failover.selection.Selection;
import detour.server.metrics.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What happens when endpoints come back: a growing share of the weight, a failover budget, and
/// endpoints that are back but not well.
class ComingBackTest {
  private static final String NAME = "www.example.com";
  private static final Check CHECK = Declared.CHECK;
  private static final String ONE = "192.0.2.1";
  private static final String TWO = "192.0.2.2";
  private static final String STANDBY = "198.51.100.1";

  private final SettableTime time = new SettableTime();
  private final MemoryJournal journal = new MemoryJournal();
  private Duration ramp = Duration.ZERO;
  private @Nullable FailoverBudget budget;
  private Chronicle chronicle = new Chronicle(time.time(), journal.load());
  private Decisions decisions = start();

  @Test
  void shouldGiveWhatCameBackAGrowingShareOfItsWeight() {
    ramp = Duration.ofSeconds(60);
    decisions = start();
    passes(ONE, TWO, STANDBY);
    assertThat(weights()).as("no effect on a first start").containsExactly(3, 1);
    dies(TWO);
    assertThat(weights()).containsExactly(3);
    comesBack(TWO);
    assertThat(weights()).containsExactly(30, 1);
    advance(Duration.ofSeconds(30));
    assertThat(weights()).containsExactly(30, 6);
    assertThat(endpoint(TWO).healthReason()).endsWith("60% of its weight since it came back");
    advance(Duration.ofSeconds(30));
    assertThat(weights()).containsExactly(3, 1);
  }

  @Test
  void shouldChangeSharesByTimersOfItsOwn() {
    ramp = Duration.ofSeconds(60);
    decisions = start();
    passes(ONE, TWO, STANDBY);
    dies(TWO);
    comesBack(TWO);
    long back = time.time().nowNanos();
    assertThat(decisions.nextDueNanos() - back).isEqualTo(Duration.ofSeconds(6).toNanos());
  }

  @Test
  void shouldKeepProportionsWhenAllComeBackTogether() {
    ramp = Duration.ofMinutes(10);
    decisions = start();
    passes(ONE, TWO, STANDBY);
    dies(ONE, TWO);
    comesBack(ONE, TWO);
    advance(Duration.ofSeconds(31));
    assertThat(selection().status()).isEqualTo(Selection.Status.SERVING);
    assertThat(weights()).containsExactly(3, 1);
  }

  @Test
  void shouldHoldTheSelectionOverARestartUntilAnOperatorReleasesIt() {
    budget = new FailoverBudget(2, Duration.ofHours(1));
    decisions = start();
    passes(ONE, TWO, STANDBY);
    for (int failover = 0; failover < 2; failover++) {
      dies(ONE, TWO);
      comesBack(ONE, TWO);
      advance(Duration.ofSeconds(31));
    }
    assertThat(selection().status()).isEqualTo(Selection.Status.READY);
    assertThat(alarms()).anyMatch(alarm -> alarm.contains("failover budget is used up"));
    decisions = start();
    advance(Duration.ofMinutes(5));
    assertThat(selection().status()).isEqualTo(Selection.Status.READY);
    commands().approveFailback(new Command.ApproveFailback(NAME, "ann"));
    settle();
    assertThat(selection().status()).isEqualTo(Selection.Status.SERVING);
    assertThat(alarms()).isEmpty();
    assertThat(history())
        .contains("budget www.example.com: held", "budget www.example.com: held -> released");
    assertThatThrownBy(() -> commands().approveFailback(new Command.ApproveFailback(NAME, "ann")))
        .isInstanceOf(CommandRefused.class);
  }

  @Test
  void shouldAnswerWithoutADegradedEndpointWhileAnotherIsWell() {
    passes(ONE, TWO, STANDBY);
    for (int pass = 0; pass < 2; pass++) {
      observe(ONE, Result.DEGRADED, "200 OK, but slow");
      assertThat(weights()).containsExactly(3, 1);
    }
    observe(ONE, Result.DEGRADED, "200 OK, but slow");
    assertThat(weights()).containsExactly(1);
    assertThat(endpoint(ONE).warning()).isEqualTo("tcp :80: 200 OK, but slow");
    assertThat(endpoint(ONE).healthy()).isTrue();
    assertThat(selection().status()).isEqualTo(Selection.Status.SERVING);
    dies(TWO);
    assertThat(weights()).as("better than nothing").containsExactly(3);
    comesBack(TWO);
    for (int pass = 0; pass < 3; pass++) {
      passes(ONE);
    }
    assertThat(weights()).containsExactly(3, 1);
    assertThat(history())
        .contains(
            "endpoint www.example.com/ams/192.0.2.1: UP -> DEGRADED",
            "endpoint www.example.com/ams/192.0.2.1: DEGRADED -> UP");
  }

  private Decisions start() {
    Checks checks = Checks.all(List.of(CHECK));
    Pool pool =
        new Pool(
            "ams",
            List.of(
                new Endpoint(ONE, Declared.destination(ONE), 3, checks),
                new Endpoint(TWO, Declared.destination(TWO), 1, checks)),
            Share.count(1));
    Service service =
        new Service(
            NAME,
            NAME,
            Declared.ORIGIN,
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            List.of(pool, Declared.pool("fra", STANDBY)),
            Service.Failback.AUTO,
            Duration.ofSeconds(30),
            new WhenAllDown.Primary(),
            1,
            Service.Families.JOINT,
            Service.UnknownHealth.UP,
            budget,
            ramp,
            true);
    chronicle = new Chronicle(time.time(), journal.load());
    return new Decisions(
        time.time(),
        new Metrics(),
        journal.load(),
        chronicle,
        Declared.configuration(List.of(service)));
  }

  private void passes(String... destinations) {
    Stream.of(destinations).forEach(destination -> observe(destination, Result.PASSED, "200 OK"));
  }

  private void comesBack(String... destinations) {
    passes(destinations);
    passes(destinations);
  }

  private void dies(String... destinations) {
    for (int failure = 0; failure < 3; failure++) {
      Stream.of(destinations).forEach(d -> observe(d, Result.FAILED, "refused"));
    }
  }

  private void observe(String destination, Result result, String detail) {
    time.advance(Duration.ofMillis(1));
    long now = time.time().nowNanos();
    decisions.observed(
        new ProbeTarget(CHECK, Declared.destination(destination)),
        new Observation(result, detail, now - 1, now));
    settle();
  }

  private void advance(Duration duration) {
    time.advance(duration);
    settle();
  }

  private void settle() {
    var _ = decisions.settle();
    var _ = journal.save(chronicle.takeChanges());
    var _ = chronicle.takeEvents();
  }

  private LiveService.View view() {
    return Objects.requireNonNull(decisions.directory().services().getFirst().view());
  }

  private Selection selection() {
    return view().selections().getFirst();
  }

  private List<Integer> weights() {
    List<Integer> weights = new ArrayList<>();
    if (view().rendering().ipv4() instanceof AnswerRendering.Family.Addresses addresses) {
      addresses.items().forEach(item -> weights.add(item.weight()));
    }
    return weights;
  }

  private PublishedState state() {
    return new StatePicture(time.time(), decisions, time.now(), Extent.WHOLE)
        .state(
            1,
            new PublishedState.ConfigurationState("test.yaml", time.now(), 1, List.of()),
            List.of());
  }

  private OperatorCommands commands() {
    return new OperatorCommands(decisions, new SafetyDesk(decisions));
  }

  private List<String> alarms() {
    return state().alarms();
  }

  private PublishedState.EndpointState endpoint(String destination) {
    return state().services().getFirst().pools().stream()
        .flatMap(pool -> pool.endpoints().stream())
        .filter(endpoint -> endpoint.destination().equals(destination))
        .findFirst()
        .orElseThrow();
  }

  private List<String> history() {
    return journal.events().stream().map(PublishWorld::text).toList();
  }
}
