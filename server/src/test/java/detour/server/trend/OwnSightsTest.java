package detour.server.trend;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.api.FakeServer;
import detour.server.publish.PublishedState;
import org.junit.jupiter.api.Test;

class OwnSightsTest {
  private final ProbeTrends trends = new ProbeTrends(() -> 0);

  @Test
  void shouldAskForTheOneServiceAlone() {
    PublishedState state = FakeServer.state("SERVING");
    OwnSights sights =
        new OwnSights(
            trends,
            name -> {
              assertThat(name).isEqualTo("www.example.com");
              return state;
            });

    Sight sight = sights.of("www.example.com");

    assertThat(sight.at()).isEqualTo(FakeServer.AT);
    assertThat(sight.note()).isEmpty();
    assertThat(sight.lines().getFirst().last()).hasSize(1);
  }

  @Test
  void shouldSayThatThereIsNoSuchService() {
    Sight sight = new OwnSights(trends, _ -> FakeServer.state("SERVING")).of("other");

    assertThat(sight.lines()).isEmpty();
    assertThat(sight.note()).contains("no service of this name");
    assertThat(new OwnSights(trends, _ -> null).of("other").note()).contains("starting");
  }
}
