package detour.server.publish;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import detour.failover.model.Check;
import detour.failover.model.Checks;
import detour.failover.model.Destination;
import detour.failover.model.GuardPolicy;
import detour.failover.model.Model;
import detour.failover.model.Pool;
import detour.failover.model.ProbeOptions;
import detour.failover.model.ProbeTarget;
import detour.failover.model.Service;
import detour.failover.model.Thresholds;
import detour.failover.model.VerdictPolicy;
import detour.failover.selection.Selection;
import detour.server.metrics.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/// Many services at once in simulated time: the loss of a site is believed, the loss of the
/// prober's own link is not.
class MassFailureTest {
  private static final int SERVICES = 1_000;
  private static final Duration SETTLED = Duration.ofSeconds(30);

  private final SettableTime time = new SettableTime();

  private boolean hangs;
  private boolean linkCut;
  private boolean primariesDead;
  private boolean canariesDead;

  @BeforeAll
  static void logLess() {
    decisionLog().setLevel(Level.ERROR);
  }

  @AfterAll
  static void logAgain() {
    decisionLog().setLevel(null);
  }

  private static Logger decisionLog() {
    return (Logger) LoggerFactory.getLogger("detour.decisions");
  }

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void shouldFailOverEveryServiceWhenASiteIsLost(boolean withCanaries, boolean hanging) {
    hangs = hanging;
    Run run = new Run(SERVICES, withCanaries ? canaries(2, 1) : GuardPolicy.DEFAULT);
    run.pass(SETTLED);
    primariesDead = true;
    // An interval until the last is probed, and then what the same failure of one alone takes.
    run.pass(Duration.ofSeconds(hanging ? 5 + 2 + 2 + 2 : 5 + 2 + 1));
    assertThat(run.onPool(1)).isEqualTo(SERVICES);
    assertThat(run.guardEvents()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void shouldChangeNothingWhileItsOwnLinkIsCut(boolean withCanaries, boolean hanging) {
    hangs = hanging;
    Run run = new Run(200, withCanaries ? canaries(2, 1) : GuardPolicy.DEFAULT);
    run.pass(SETTLED);
    linkCut = true;
    run.pass(Duration.ofSeconds(25));
    assertThat(run.decisions.guard().impaired()).isTrue();
    run.pass(SETTLED);
    assertThat(run.endpointEvents()).isEmpty();
    assertThat(run.onPool(0)).isEqualTo(200);
    linkCut = false;
    run.pass(Duration.ofSeconds(30));
    assertThat(run.decisions.guard().impaired()).isFalse();
    run.pass(SETTLED);
    assertThat(run.guardEvents()).containsExactly("impaired", "trusted");
    assertThat(run.endpointEvents()).as("recovered without a flap").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 900, 2_500, 6_000, 11_000})
  void shouldNotFailOverForAShortCut(int milliseconds) {
    for (boolean hanging : new boolean[] {false, true}) {
      hangs = hanging;
      Run run = new Run(40, GuardPolicy.DEFAULT);
      run.pass(SETTLED);
      linkCut = true;
      run.pass(Duration.ofMillis(milliseconds));
      linkCut = false;
      run.pass(SETTLED);
      assertThat(run.endpointEvents()).isEmpty();
      assertThat(run.decisions.guard().impaired()).isFalse();
    }
  }

  @Test
  void shouldBelieveWhatIsStillDownOnceTheLinkIsBack() {
    Run run = new Run(40, GuardPolicy.DEFAULT);
    run.pass(SETTLED);
    linkCut = true;
    run.pass(SETTLED);
    primariesDead = true;
    linkCut = false;
    run.pass(SETTLED);
    assertThat(run.onPool(1)).isEqualTo(40);
  }

  @Test
  void shouldNotHideADeadSiteBehindACutLinkOfBefore() {
    Run run = new Run(40, GuardPolicy.DEFAULT);
    run.pass(SETTLED);
    linkCut = true;
    run.pass(SETTLED);
    linkCut = false;
    run.pass(SETTLED);
    primariesDead = true;
    run.pass(Duration.ofSeconds(8));
    assertThat(run.onPool(1)).isEqualTo(40);
  }

  @Test
  void shouldFreezeWhenTheCanariesFailAndNothingElseDoes() {
    Run run = new Run(3, canaries(2, 1));
    run.pass(SETTLED);
    canariesDead = true;
    run.pass(SETTLED);
    assertThat(run.decisions.guard().impaired()).isTrue();
    primariesDead = true;
    run.pass(SETTLED);
    assertThat(run.endpointEvents()).isEmpty();
    canariesDead = false;
    run.pass(SETTLED);
    assertThat(run.onPool(1)).isEqualTo(3);
  }

  @Test
  void shouldBelieveAllWithFewerDestinationsThanTheGuardNeeds() {
    Run run = new Run(2, GuardPolicy.DEFAULT);
    run.pass(SETTLED);
    linkCut = true;
    run.pass(SETTLED);
    assertThat(run.guardEvents()).isEmpty();
    assertThat(run.endpointEvents()).hasSize(4);
  }

  @Test
  void shouldNotDelayASingleFailure() {
    Run guarded = new Run(40, GuardPolicy.DEFAULT);
    guarded.pass(SETTLED);
    primariesDead = true;
    Duration first = guarded.untilFirstDown();
    assertThat(first).isLessThanOrEqualTo(unguardedUntilFirstDown());
  }

  private Duration unguardedUntilFirstDown() {
    primariesDead = false;
    Run run = new Run(40, GuardPolicy.OFF);
    run.pass(SETTLED);
    primariesDead = true;
    return run.untilFirstDown();
  }

  private static GuardPolicy canaries(int count, int quorum) {
    List<ProbeTarget> canaries = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      Destination destination = Declared.destination("203.0.113." + (index + 1));
      canaries.add(new ProbeTarget(check(), destination));
    }
    GuardPolicy defaults = GuardPolicy.DEFAULT;
    return new GuardPolicy(
        true, canaries, quorum, defaults.window(), 90, 5, defaults.resumeAfter());
  }

  private static Check check() {
    return new Check(
        "tcp",
        new Declared.Port(80),
        Duration.ofSeconds(5),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Thresholds.DEFAULT,
        ProbeOptions.DEFAULT);
  }

  private static List<Service> services(int count) {
    List<Service> services = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      Checks checks = Checks.all(List.of(check()));
      Pool primary = Declared.pool("one", checks, address(1, index));
      Pool standby = Declared.pool("two", checks, address(2, index));
      services.add(Declared.service("s" + index + ".example.com", primary, standby).service());
    }
    return services;
  }

  private static String address(int site, int index) {
    return "10." + site + "." + index / 256 + "." + index % 256;
  }

  /// One server with its probers.
  private final class Run {
    private final MemoryJournal journal = new MemoryJournal();
    private final Chronicle chronicle = new Chronicle(time.time(), Journal.Saved.NOTHING);
    private final SimulatedProbes probes = new SimulatedProbes(time, new World());
    private final List<Journal.HistoryEvent> events = new ArrayList<>();
    private final Decisions decisions;

    Run(int services, GuardPolicy guard) {
      List<Service> all = services(services);
      LoadedConfiguration plain = Declared.configuration(all);
      Model model = new Model("here", VerdictPolicy.ALONE, all, guard);
      LoadedConfiguration guarded =
          new LoadedConfiguration(plain.file(), model, plain.zones(), List.of());
      decisions =
          new Decisions(time.time(), new Metrics(), Journal.Saved.NOTHING, chronicle, guarded);
      decisions.startProbing(probes);
    }

    void pass(Duration duration) {
      long end = time.time().nowNanos() + duration.toNanos();
      while (step(end)) {}
    }

    Duration untilFirstDown() {
      long from = time.time().nowNanos();
      long end = from + SETTLED.toNanos();
      while (endpointEvents().isEmpty() && step(end)) {}
      return Duration.ofNanos(time.time().nowNanos() - from);
    }

    private boolean step(long endNanos) {
      long next = Math.min(endNanos, Math.min(probes.nextNanos(), decisions.nextDueNanos()));
      time.advance(Duration.ofNanos(Math.max(0, next - time.time().nowNanos())));
      probes.run(decisions::observed);
      var _ = decisions.settle();
      chronicle.takeEvents().forEach(events::add);
      var _ = journal.save(chronicle.takeChanges());
      return next < endNanos;
    }

    long onPool(int pool) {
      return decisions.directory().services().stream()
          .map(live -> Objects.requireNonNull(live.view()))
          .map(view -> view.selections().getFirst())
          .filter(selection -> selection.pool() == pool)
          .filter(selection -> selection.status() != Selection.Status.LAST_RESORT)
          .count();
    }

    List<String> endpointEvents() {
      return events.stream()
          .filter(event -> event.kind().equals("endpoint"))
          .map(PublishWorld::text)
          .toList();
    }

    List<String> guardEvents() {
      return events.stream()
          .filter(event -> event.kind().equals("guard"))
          .map(Journal.HistoryEvent::to)
          .toList();
    }
  }

  private final class World implements SimulatedProbes.World {
    @Override
    public boolean passes(ProbeTarget target, long nowNanos) {
      String destination = target.destination().text();
      boolean dead =
          destination.startsWith("10.1.")
              ? primariesDead
              : destination.startsWith("203.") && canariesDead;
      return !linkCut && !dead;
    }

    @Override
    public boolean hangs() {
      return hangs;
    }
  }
}
