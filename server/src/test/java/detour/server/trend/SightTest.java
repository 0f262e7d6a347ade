package detour.server.trend;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.publish.PublishedState.Seen;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SightTest {
  private static final Instant AT = Instant.parse("2030-01-01T00:00:00Z");

  @Test
  void shouldAddUpTheResultsOfLongerSteps() {
    Sight.Line line =
        line(
            List.of(
                new Sight.Step(1_000, 2, 0, 1, 10, 30),
                new Sight.Step(1_010, 0, 0, 3, 0, 0),
                new Sight.Step(1_030, 1, 1, 0, 40, 50),
                new Sight.Step(1_040, 4, 0, 0, 7, 8)));

    Sight.Line coarse = sight(line).coarser(40, 10).lines().getFirst();

    assertThat(coarse.stepSeconds()).isEqualTo(40);
    assertThat(coarse.steps())
        .containsExactly(
            new Sight.Step(1_000, 3, 1, 4, 25, 50), new Sight.Step(1_040, 4, 0, 0, 7, 8));
  }

  @Test
  void shouldLeaveStepsThatAreLongEnough() {
    Sight sight = sight(line(List.of(new Sight.Step(1_003, 2, 0, 1, 10, 30))));

    assertThat(sight.coarser(10, 10)).isEqualTo(sight);
  }

  @Test
  void shouldKeepTheNewestOfTheLastResults() {
    Sight sight = sight(line(List.of())).coarser(40, 3);

    assertThat(sight.lines().getFirst().stepSeconds()).isEqualTo(40);
    assertThat(sight.lines().getFirst().last())
        .extracting(Seen::detail)
        .containsExactly("result 0", "result 1", "result 2");
  }

  @Test
  void shouldSayHowManyLinesWereLeftOut() {
    Sight sight = sight(line(List.of()), line(List.of()), line(List.of())).withoutBeyond(2);

    assertThat(sight.lines()).hasSize(2);
    assertThat(sight.leftOut()).isEqualTo(1);
    assertThat(sight.withoutBeyond(1).leftOut()).isEqualTo(2);
  }

  @Test
  void shouldTellAllTimesByAnotherClock() {
    Sight sight = sight(line(List.of(new Sight.Step(1_000, 2, 0, 1, 10, 30))));

    Sight shown = sight.byClockBehind(Duration.ofSeconds(100));

    assertThat(shown.at()).isEqualTo(AT.minusSeconds(100));
    assertThat(shown.lines().getFirst().steps().getFirst().beginSeconds()).isEqualTo(900);
    assertThat(shown.lines().getFirst().last().getFirst().at()).isEqualTo(AT.minusSeconds(100));
  }

  private static Sight sight(Sight.Line... lines) {
    return new Sight(AT, "", 0, List.of(lines));
  }

  private static Sight.Line line(List<Sight.Step> steps) {
    return new Sight.Line("ams", "ams1", "http :80", 10, steps, last());
  }

  private static List<Seen> last() {
    return IntStream.range(0, 10)
        .mapToObj(i -> new Seen(AT.minusSeconds(i), true, false, "result " + i, 12.5))
        .toList();
  }
}
