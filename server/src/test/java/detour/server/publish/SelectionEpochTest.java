package detour.server.publish;

import static detour.server.publish.Declared.pool;
import static detour.server.publish.Declared.service;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.OperatorOverride.State;
import detour.failover.model.VerdictPolicy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What counts as another epoch on a node of its own, and that none comes back.
class SelectionEpochTest {
  private static final String NAME = "www.example.com";
  private static final Declared SERVICE =
      service(NAME, pool("ams", "192.0.2.1"), pool("fra", "192.0.2.2"));

  private final SettableTime time = new SettableTime();
  private final SteppedPublish.Disk disk = new SteppedPublish.Disk();

  private SteppedPublish start() {
    SteppedPublish node =
        SteppedPublish.of(
            time.time(), disk, Cluster.ALONE, "here", VerdictPolicy.ALONE, List.of(SERVICE));
    node.begin();
    node.turn();
    return node;
  }

  private void observe(SteppedPublish node, String destination, boolean passed, int times) {
    for (int i = 0; i < times; i++) {
      time.advance(Duration.ofSeconds(1));
      node.observed(destination, passed);
      node.turn();
    }
  }

  @Test
  void shouldTurnWhenAnotherPoolServes() {
    SteppedPublish node = start();
    observe(node, "192.0.2.1", true, 1);
    observe(node, "192.0.2.2", true, 1);
    long before = node.state().epoch();

    observe(node, "192.0.2.1", false, 2);
    assertThat(node.state().epoch()).as("nothing is decided yet").isEqualTo(before);
    observe(node, "192.0.2.1", false, 1);

    assertThat(node.state().epoch()).isEqualTo(before + 1);
  }

  @Test
  void shouldBeThatOfTheAnswers() {
    SteppedPublish node = start();
    long before = node.table().epoch();
    assertThat(node.state().epoch()).isEqualTo(before);

    assertThat(node.setOverride(NAME + "/ams", State.DOWN, null)).isNotNull();
    node.turn();

    assertThat(node.table().epoch()).isEqualTo(before + 1).isEqualTo(node.state().epoch());
  }

  @Test
  void shouldTurnWhenAnOverrideIsSetAndCleared() {
    SteppedPublish node = start();
    long before = node.state().epoch();

    assertThat(node.setOverride(NAME + "/fra", State.DOWN, null)).isNotNull();
    node.turn();
    assertThat(node.state().epoch()).isEqualTo(before + 1);

    assertThat(node.clearOverride(NAME + "/fra")).isNotNull();
    node.turn();
    assertThat(node.state().epoch()).isEqualTo(before + 2);
  }

  /// A crash: what was reserved is skipped, so that no epoch stands for two states.
  @Test
  void shouldNeverGoBackAcrossCrashes() {
    long last = start().state().epoch();
    for (int i = 0; i < 5; i++) {
      SteppedPublish node = start();
      assertThat(node.state().epoch()).isGreaterThan(last);
      assertThat(node.setOverride(NAME + "/fra", State.DOWN, null)).isNotNull();
      node.turn();
      last = node.state().epoch();
    }
  }

  @Test
  void shouldReserveMoreBeforeItRunsOut() {
    SteppedPublish node = start();
    for (int i = 0; i < 3_000; i++) {
      assertThat(node.setOverride(NAME + "/fra", i % 2 == 0 ? State.DOWN : State.UP, null))
          .isNotNull();
      node.turn();
    }
    long last = node.state().epoch();
    assertThat(last).isGreaterThanOrEqualTo(3_000);

    assertThat(start().state().epoch()).isGreaterThan(last);
  }
}
