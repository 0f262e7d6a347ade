package detour.failover.selection;

import static detour.failover.selection.Services.health;
import static detour.failover.selection.Services.names;
import static detour.failover.selection.Services.service;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Service;
import detour.failover.model.WhenAllDown;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FamiliesTest {
  @ParameterizedTest(name = "{0} {1} on {2} -> {4} {3}")
  @CsvSource({
    "46 46, UU UU, JOINT, SERVING,     a1 a2",
    "46 46, UD UU, JOINT, SERVING,     a1",
    "46 46, DD UU, JOINT, FAILED_OVER, b1 b2",
    "46 46, UD UU, IPV4,  SERVING,     a1",
    "46 46, UD UU, IPV6,  FAILED_OVER, b2",
    "46 46, UD UD, IPV6,  LAST_RESORT, a2",
    "4  46, U  UU, IPV6,  SERVING,     b2",
    "4  46, U  UU, IPV4,  SERVING,     a1",
    "4  46, U  UD, IPV6,  LAST_RESORT, b2",
    "4  4,  U  U,  IPV6,  NO_MEMBERS,  ''",
    "4  4,  U  U,  IPV4,  SERVING,     a1",
    "4h 6,  DU U,  IPV4,  SERVING,     a2",
    "4h 6,  DU U,  IPV6,  SERVING,     a2",
    "4h 6,  UD U,  IPV6,  FAILED_OVER, b1",
    "4h 6,  UD U,  IPV4,  SERVING,     a1",
  })
  void shouldDecideTogetherOrApart(
      String endpoints, String health, Track track, Selection.Status status, String expected) {
    Service service = service(endpoints.replaceAll(" +", " ")).separate().build();
    Selection selection =
        SelectionRules.next(service, track, null, health(health.replaceAll(" +", " ")), 0, false);
    assertThat(selection.status()).isEqualTo(status);
    assertThat(names(service, selection.endpoints())).isEqualTo(expected);
  }

  @Test
  void shouldTakeAFamilysFewMembersForEnough() {
    Service service = service("4446 4446").minHealthy("3").separate().build();
    assertThat(SelectionRules.next(service, Track.IPV6, null, health("DDDU UUUU"), 0, false).pool())
        .isZero();
    assertThat(SelectionRules.next(service, Track.IPV4, null, health("DUUU UUUU"), 0, false).pool())
        .isEqualTo(1);
  }

  @Test
  void shouldAnswerNoDataWhereNoPoolHasTheFamily() {
    Service service = service("4 4").separate().build();
    Selection selection = SelectionRules.next(service, Track.IPV6, null, health("D D"), 0, false);
    assertThat(selection.answer()).isEqualTo(Selection.Answer.NODATA);
    assertThat(selection.reason()).isEqualTo("no pool has an IPv6 endpoint");
    assertThat(selection.ttl()).isEqualTo(new Ttl(30, false, OptionalLong.empty()));
  }

  @Test
  void shouldAnswerNoDataWhereTheNamedPoolLacksTheFamily() {
    Service service =
        service("46 4").separate().whenAllDown(new WhenAllDown.NamedPool("b")).build();
    Selection selection = SelectionRules.next(service, Track.IPV6, null, health("DD U"), 0, false);
    assertThat(selection.status()).isEqualTo(Selection.Status.LAST_RESORT);
    assertThat(selection.answer()).isEqualTo(Selection.Answer.NODATA);
  }

  @Test
  void shouldHaveOneTrackOrTwo() {
    assertThat(Track.of(service("4").build())).containsExactly(Track.JOINT);
    assertThat(Track.of(service("4").separate().build())).containsExactly(Track.IPV4, Track.IPV6);
  }
}
