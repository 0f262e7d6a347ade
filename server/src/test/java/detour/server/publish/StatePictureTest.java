package detour.server.publish;

import static org.assertj.core.api.Assertions.assertThat;

import detour.server.publish.PublishedState.ServiceState;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A picture of a part is that part of the whole picture.
class StatePictureTest {
  private static final String WWW = "www.example.com";
  private static final String API = "api.example.com";
  private static final String FIRST = "192.0.2.1";

  private final PublishWorld world =
      PublishWorld.of(
              Declared.service(WWW, Declared.pool("ams", FIRST), Declared.pool("fra", "192.0.2.2")),
              Declared.service(API, Declared.pool("ams", "192.0.2.3")))
          .started();

  @BeforeEach
  void raiseAnAlarm() throws Exception {
    world.passes(FIRST);
    world.dies("192.0.2.3");
    world.drain(WWW + "/ams", null);
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void shouldDrawOneServiceAsAmongAll() {
    PublishedState whole = world.loop.state();
    PublishedState one = world.loop.state(Extent.of(WWW));

    assertThat(one.services()).containsExactly(in(whole, WWW));
    assertThat(in(whole, WWW).pools().getFirst().endpoints().getFirst().opinions())
        .first()
        .satisfies(opinion -> assertThat(opinion.lastObservations()).isNotEmpty());
    assertThat(one)
        .usingRecursiveComparison()
        .ignoringFields("services", "alarms")
        .isEqualTo(whole);
    assertThat(whole.alarms()).isNotEmpty();
    assertThat(one.alarms()).isEmpty();
  }

  @Test
  void shouldDrawAnOutlineAsTheWholeWithoutObservations() {
    PublishedState whole = world.loop.state();
    PublishedState outline = world.loop.state(Extent.outline(Set.of(API, WWW, "nowhere")));

    assertThat(outline.services()).extracting(ServiceState::name).containsExactly(WWW, API);
    assertThat(outline.alarms()).isEqualTo(whole.alarms());
    assertThat(outline.services())
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("pools.endpoints.opinions")
        .isEqualTo(whole.services().subList(0, 2));
  }

  @Test
  void shouldDrawNoServiceWhereNoneIsAskedFor() {
    assertThat(world.loop.state(Extent.WITHOUT_SERVICES).services()).isEmpty();
    assertThat(world.loop.state(Extent.of("nowhere")).services()).isEmpty();
    assertThat(world.loop.state(Extent.OUTLINE).services()).hasSize(3);
  }

  private static ServiceState in(PublishedState state, String name) {
    return state.services().stream()
        .filter(service -> service.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
