package detour.failover.selection;

import static detour.failover.selection.Services.SECOND;
import static detour.failover.selection.Services.first;
import static detour.failover.selection.Services.health;
import static detour.failover.selection.Services.pending;
import static detour.failover.selection.Services.service;
import static org.assertj.core.api.Assertions.assertThat;

import detour.failover.model.Service;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TtlRulesTest {
  private static final long MILLI = 1_000_000L;

  /// The service's ttl is 30 s, its ttl_min 5 s.
  @ParameterizedTest(name = "{0} ms left -> {1} s, next change in {2} ms")
  @CsvSource({
    "60000, 30, 31000",
    "30001, 30, 1001",
    "30000, 30, 1000",
    "29001, 30, 1",
    "29000, 29, 1000",
    "12300, 13, 300",
    "6000,  6,  1000",
    "5001,  6,  1",
    "5000,  5,",
    "1,     5,",
    "0,     5,",
    "-9000, 5,",
  })
  void shouldBeTheTimeLeftWithinItsLimits(
      long leftMillis, int seconds, @Nullable Long changeInMillis) {
    long now = 77 * SECOND;
    Ttl ttl = TtlRules.ttl(service("4").build(), OptionalLong.of(now + leftMillis * MILLI), now);
    assertThat(ttl.seconds()).isEqualTo(seconds);
    assertThat(ttl.pending()).isTrue();
    assertThat(ttl.changesAtNanos())
        .isEqualTo(
            changeInMillis == null
                ? OptionalLong.empty()
                : OptionalLong.of(now + changeInMillis * MILLI));
  }

  @Test
  void shouldReallyChangeAtTheMomentItForetells() {
    Service service = service("4").build();
    OptionalLong decision = OptionalLong.of(45 * SECOND + 7);
    long now = 0;
    int expected = 30;
    Ttl ttl = TtlRules.ttl(service, decision, now);
    while (ttl.changesAtNanos().isPresent()) {
      assertThat(ttl.seconds()).isEqualTo(expected--);
      long change = ttl.changesAtNanos().getAsLong();
      assertThat(TtlRules.ttl(service, decision, change - 1).seconds()).isEqualTo(ttl.seconds());
      ttl = TtlRules.ttl(service, decision, change);
    }
    assertThat(expected).isEqualTo(5);
    assertThat(ttl.seconds()).isEqualTo(5);
  }

  @ParameterizedTest(name = "{0}: {1}, pending {2} -> {3}")
  @CsvSource({
    "settled,                              UU UU, --, 30, false",
    "an answered endpoint,                 UU UU, a1, 8,  true",
    "an endpoint that is not answered,     UD UU, a2, 30, false",
    "an endpoint of another pool,          UU UU, b1, 30, false",
    "the serving standby,                  DD UU, b2, 8,  true",
    "last resort: recovery of an answered, DD DD, a2, 8,  true",
    "last resort: recovery of any other,   DD DD, b1, 8,  true",
  })
  void shouldShortenOnlyWhileTheAnswerMayChange(
      String why, String health, String at, int seconds, boolean isPending) {
    Service service = service("44 44").build();
    List<List<EndpointHealth>> healths = health(health);
    if (!at.equals("--")) {
      healths = pending(healths, at.charAt(0) - 'a', at.charAt(1) - '1', 8 * SECOND);
    }
    Ttl ttl = SelectionRules.next(service, Track.JOINT, null, healths, 0, false).ttl();
    assertThat(ttl.seconds()).as(why).isEqualTo(seconds);
    assertThat(ttl.pending()).as(why).isEqualTo(isPending);
  }

  @Test
  void shouldCountDownToATimedFailback() {
    Service service = service("4 4").build();
    Selection waiting = Services.next(service, first(service, "D U"), "U U", 0);
    assertThat(waiting.ttl().seconds()).isEqualTo(30);
    assertThat(waiting.ttl().pending()).isTrue();
    assertThat(Services.next(service, waiting, "U U", 40).ttl().seconds()).isEqualTo(20);
    assertThat(Services.next(service, waiting, "U U", 58).ttl().seconds()).isEqualTo(5);
    assertThat(Services.next(service, waiting, "U U", 60).ttl().pending()).isFalse();
  }

  @Test
  void shouldBeSettledWhileAnOperatorIsWaitedFor() {
    Service service = service("4 4").manual().build();
    Selection ready = Services.next(service, first(service, "D U"), "U U", 0);
    assertThat(ready.ttl()).isEqualTo(new Ttl(30, false, OptionalLong.empty()));
  }

  @Test
  void shouldTakeTheEarliestOfSeveral() {
    Service service = service("44 44").build();
    List<List<EndpointHealth>> healths = pending(health("UU UU"), 0, 0, 20 * SECOND);
    healths = pending(healths, 0, 1, 9 * SECOND);
    assertThat(SelectionRules.next(service, Track.JOINT, null, healths, 0, false).ttl().seconds())
        .isEqualTo(9);
  }
}
