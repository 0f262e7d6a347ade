package detour.failover.model;

import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.OperatorOverride.Purpose;
import detour.failover.model.OperatorOverride.State;
import detour.failover.model.OperatorOverride.Vetting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OperatorOverrideTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final Vetting AWAITED = new Vetting(NOW.plusSeconds(3_600), null, List.of());
  private static final OperatorOverride DRAIN =
      new OperatorOverride(State.DRAIN, "update", "ann", NOW.minusSeconds(60), null);

  @Test
  void shouldBringBackWhatADrillInterrupted() {
    OperatorOverride drill = said(Purpose.DRILL, null, NOW.plusSeconds(10)).over(DRAIN);
    assertThat(drill.inForce(NOW)).isSameAs(drill);
    assertThat(drill.nextTurn(NOW)).isEqualTo(NOW.plusSeconds(10));
    assertThat(drill.inForce(NOW.plusSeconds(10))).isSameAs(DRAIN);
    assertThat(drill.remaining(NOW.plusSeconds(10))).isSameAs(DRAIN);
  }

  @Test
  void shouldLeaveWhatIsInForceUntilAMaintenanceBegins() {
    OperatorOverride window =
        said(Purpose.MAINTENANCE, NOW.plusSeconds(10), NOW.plusSeconds(20)).over(DRAIN);
    assertThat(window.inForce(NOW)).isSameAs(DRAIN);
    assertThat(window.remaining(NOW)).isSameAs(window);
    assertThat(window.nextTurn(NOW)).isEqualTo(NOW.plusSeconds(10));
    assertThat(window.inForce(NOW.plusSeconds(10))).isSameAs(window);
    assertThat(window.nextTurn(NOW.plusSeconds(10))).isEqualTo(NOW.plusSeconds(20));
    assertThat(window.inForce(NOW.plusSeconds(20))).isSameAs(DRAIN);
    assertThat(window.nextTurn(NOW.plusSeconds(20))).isNull();
  }

  @Test
  void shouldNotBeInForceBeforeItIsApproved() {
    OperatorOverride asked = said(Purpose.ORDER, null, null).vetted(AWAITED);
    assertThat(asked.inForce(NOW)).isNull();
    assertThat(asked.remaining(NOW)).isSameAs(asked);
    assertThat(asked.vetted(new Vetting(null, "bob", List.of())).inForce(NOW)).isNotNull();
  }

  @Test
  void shouldForgetWhatNobodyApproved() {
    OperatorOverride asked = said(Purpose.ORDER, null, null).vetted(AWAITED).over(DRAIN);
    Instant lapses = NOW.plusSeconds(3_600);
    assertThat(asked.lapses()).isEqualTo(lapses);
    assertThat(asked.nextTurn(NOW)).isEqualTo(lapses);
    assertThat(asked.remaining(lapses.minusNanos(1))).isSameAs(asked);
    assertThat(asked.remaining(lapses)).isSameAs(DRAIN);
  }

  /// What is said where clocks are ahead.
  @Test
  void shouldTellAllThatIsToComeByAnotherClock() {
    Duration ahead = Duration.ofSeconds(7);
    OperatorOverride asked =
        said(Purpose.ORDER, NOW.plusSeconds(10), NOW.plusSeconds(20))
            .vetted(AWAITED)
            .over(said(Purpose.DRILL, null, NOW.plusSeconds(30)));
    OperatorOverride here = asked.earlier(ahead);
    assertThat(here.starts()).isEqualTo(NOW.plusSeconds(3));
    assertThat(here.expires()).isEqualTo(NOW.plusSeconds(13));
    assertThat(here.vetting().lapses()).isEqualTo(NOW.plusSeconds(3_593));
    assertThat(here.since()).isEqualTo(NOW);
    assertThat(here.nextTurn(NOW.plusSeconds(13))).isEqualTo(NOW.plusSeconds(23));
    assertThat(here.earlier(ahead.negated())).isEqualTo(asked);
  }

  @Test
  void shouldDropWhatEndedBeneath() {
    OperatorOverride brief =
        new OperatorOverride(State.UP, "a check", "ann", NOW, NOW.plusSeconds(5));
    OperatorOverride window =
        said(Purpose.MAINTENANCE, NOW.plusSeconds(10), NOW.plusSeconds(20)).over(brief);
    assertThat(window.remaining(NOW.plusSeconds(5))).isEqualTo(window.over(null));
  }

  private static OperatorOverride said(
      Purpose purpose, @Nullable Instant starts, @Nullable Instant expires) {
    return new OperatorOverride(
        State.DOWN, "a test", "ann", NOW, starts, expires, purpose, Vetting.NONE, null);
  }
}
