package detour.server.cluster.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// How a mirror finds that its store is another than before, whose revisions may be later.
class ReplacedStoreTest {
  private static final Duration A_WHILE = Duration.ofSeconds(10);

  private final MirrorWorld world = new MirrorWorld(1);

  @Test
  void shouldFindAnEarlierStateUnderALaterRevision() {
    written();
    world.store.loseLast(5);
    grow();
    world.pass(A_WHILE);

    follows(1);
  }

  @Test
  void shouldFindAnotherStateUnderTheSameRevision() {
    written();
    world.store.loseLast(5);
    for (int i = 0; i < 5; i++) {
      world.put("a" + i, "third");
    }
    grow();
    world.pass(A_WHILE);

    follows(1);
  }

  @Test
  void shouldBelieveAStoreThatSaysThatItIsAnother() {
    written();
    world.store.replaceWithoutLast(0);
    world.pass(A_WHILE);

    follows(1);
  }

  @Test
  void shouldTakeNoOrdinaryChangeForAnotherStore() {
    written();
    world.client.watchesSilent(true);
    world.put("a1", "third");
    world.remove("a2");
    world.pass(A_WHILE);
    world.client.watchesSilent(false);
    world.put("a2", "fourth");
    world.pass(Duration.ofMinutes(3));

    follows(0);
  }

  /// Each of five keys twice.
  private void written() {
    for (int i = 0; i < 10; i++) {
      world.put("a" + i % 5, i < 5 ? "first" : "second");
    }
    world.pass(Duration.ofSeconds(5));
    assertThat(world.mirrored()).isEqualTo(world.stored());
  }

  private void grow() {
    for (int i = 0; i < 50; i++) {
      world.putElsewhere("x" + i);
    }
  }

  private void follows(int restarts) {
    assertThat(world.mirrored()).isEqualTo(world.stored());
    assertThat(world.rebuilt()).isEqualTo(world.stored());
    assertThat(world.mirror.restarts()).isEqualTo(restarts);
    world.put("a1", "at last");
    world.pass(Duration.ofSeconds(2));
    assertThat(world.mirrored()).isEqualTo(world.stored());
  }
}
