package detour.server.publish;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.OperatorOverride;
import detour.failover.model.OverridePath;
import detour.failover.opinion.Observation;
import detour.failover.safety.Objection;
import detour.server.metrics.Metrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// When the safety rules are asked about drills that run.
class DrillWatchTest {
  private static final String ENDPOINT = "192.0.2.1";
  private static final OverridePath PATH = OverridePath.parse("www.example.com/fra");

  private final SettableTime time = new SettableTime();
  private final Decisions decisions = decisions();
  private List<Objection> objections = List.of();
  private int asked;
  private final DrillWatch watch =
      new DrillWatch(
          decisions,
          (path, drill) -> {
            assertThat(path).isEqualTo(PATH);
            asked++;
            return objections;
          });

  @BeforeEach
  void begin() {
    observe(true);
    observe(true);
    assertThat(watch.ends()).isEmpty();
    asked = 0;
  }

  @Test
  void shouldNotAskForObservationsThatChangeNothing() {
    for (int pass = 0; pass < 100; pass++) {
      observe(true);
      assertThat(watch.ends()).isEmpty();
    }
    assertThat(asked).isZero();

    observe(false);
    assertThat(watch.ends()).isEmpty();
    assertThat(asked).as("a service was judged").isEqualTo(1);
  }

  @Test
  void shouldAskWhenTheConfigurationIsAnother() {
    decisions.replace(configuration());
    assertThat(watch.ends()).isEmpty();
    assertThat(asked).isEqualTo(1);
  }

  @Test
  void shouldTryAgainAfterAWhileToEndWhatMustEnd() {
    objections = List.of(new Objection("one-site", "too few"));
    observe(false);
    assertThat(watch.ends())
        .singleElement()
        .satisfies(end -> assertThat(end.why()).contains("stopped: the safety rule one-site"));
    assertThat(watch.ends()).isEmpty();

    time.advance(Duration.ofSeconds(1));
    assertThat(watch.ends()).as("though nothing was judged").hasSize(1);

    objections = List.of();
    time.advance(Duration.ofSeconds(1));
    assertThat(watch.ends()).isEmpty();
    asked = 0;
    time.advance(Duration.ofSeconds(1));
    assertThat(watch.ends()).isEmpty();
    assertThat(asked).isZero();
  }

  private void observe(boolean passed) {
    time.advance(Duration.ofMillis(100));
    long now = time.time().nowNanos();
    decisions.observed(
        Declared.target(ENDPOINT), new Observation(passed, "a test", now - 1_000_000, now));
    decisions.settleAll();
  }

  private Decisions decisions() {
    OperatorOverride drill =
        new OperatorOverride(
            OperatorOverride.State.DOWN,
            "a test",
            "ann",
            time.now(),
            null,
            time.now().plusSeconds(3_600),
            OperatorOverride.Purpose.DRILL,
            OperatorOverride.Vetting.NONE,
            null);
    Journal.Saved saved =
        new Journal.Saved(
            Map.of(), Map.of(), Map.of(PATH, drill), Map.of(), 0, Journal.Epochs.NOTHING);
    return new Decisions(
        time.time(), new Metrics(), saved, new Chronicle(time.time(), saved), configuration());
  }

  private static LoadedConfiguration configuration() {
    return Declared.configuration(
        Declared.service(
            "www.example.com",
            Declared.pool("ams", ENDPOINT),
            Declared.pool("fra", "198.51.100.1")));
  }
}
