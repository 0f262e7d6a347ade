package detour.failover.selection;

import static detour.failover.selection.Services.SECOND;
import static detour.failover.selection.Services.first;
import static detour.failover.selection.Services.names;
import static detour.failover.selection.Services.next;
import static detour.failover.selection.Services.service;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Pool;
import detour.failover.model.Service;
import detour.failover.model.WhenAllDown;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class CarriedOverTest {
  private final Service before = service("44 44 44").whenAllDown(new WhenAllDown.Last()).build();

  @Test
  void shouldFindTheCurrentPoolAgainByName() {
    Service after = reversed(before);
    Selection over = next(before, first(before, "DD UU UU"), "DD UU UU", 1);
    Selection carried = SelectionRules.carriedOver(over, before, after, Track.JOINT);
    Selection selection = next(after, carried, "DD UU DD", 2);
    assertThat(selection.pool()).isEqualTo(1);
    assertThat(selection.sinceNanos()).isZero();
  }

  @Test
  void shouldKeepHowLongAPoolWasAvailable() {
    Service after = reversed(before);
    Selection selection = next(before, first(before, "UU UU DD"), "UU UU UU", 5);
    Selection carried = SelectionRules.carriedOver(selection, before, after, Track.JOINT);
    Selection waiting = next(after, carried, "UU UU UU", 7);
    assertThat(waiting.status()).isEqualTo(Selection.Status.FAILING_BACK);
    assertThat(waiting.failbackAtNanos()).hasValue(65 * SECOND);
  }

  @Test
  void shouldChooseAnewWhenTheCurrentPoolIsGone() {
    Service after = service("44").build();
    Selection over = first(before, "DD UU UU");
    Selection carried = SelectionRules.carriedOver(over, before, after, Track.JOINT);
    assertThat(carried.latch()).isEqualTo(-1);
    Selection selection = next(after, carried, "UU", 1);
    assertThat(selection.pool()).isZero();
    assertThat(selection.sinceNanos()).isEqualTo(SECOND);
  }

  @Test
  void shouldRememberWhatWasLastHealthyByName() {
    Selection over = first(before, "DD DU UU");
    Service after = reversed(before);
    Selection carried = SelectionRules.carriedOver(over, before, after, Track.JOINT);
    assertThat(names(after, next(after, carried, "DD DD DD", 1).endpoints())).isEqualTo("b2");
    Service smaller = service("44 4").whenAllDown(new WhenAllDown.Last()).build();
    Selection shrunk = SelectionRules.carriedOver(over, before, smaller, Track.JOINT);
    assertThat(names(smaller, next(smaller, shrunk, "DD D", 1).endpoints())).isEqualTo("a1 a2");
  }

  @Test
  void shouldKeepTheCurrentPoolWhenFamiliesAreDecidedApart() {
    Service joint = service("46 46").build();
    Service apart = service("46 46").separate().build();
    Selection over = first(joint, "DD UU");
    for (Track track : Track.of(apart)) {
      Selection carried = SelectionRules.carriedOver(over, joint, apart, track);
      assertThat(carried.lastHealthy()).hasSize(1);
      Selection selection = next(apart, carried, "UU UU", 1);
      assertThat(selection.track()).isEqualTo(track);
      assertThat(selection.status()).isEqualTo(Selection.Status.FAILING_BACK);
      assertThat(selection.failbackAtNanos()).hasValue(61 * SECOND);
    }
  }

  private static Service reversed(Service service) {
    List<Pool> pools = new ArrayList<>(service.pools());
    Collections.reverse(pools);
    return service.withPools(pools);
  }
}
