package detour.server.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdleLifetimeTest {
  private final IdleLifetime lifetime = new IdleLifetime(seconds(5));

  @Test
  void shouldHoldForMinutesAndPauseBrieflyWhileNothingIsKnown() {
    assertThat(lifetime.renewAfterNanos()).isEqualTo(IdleLifetime.RENEW_MAX_NANOS);
    assertThat(lifetime.pauseNanos()).isEqualTo(IdleLifetime.FIRST_PAUSE_NANOS);
  }

  @Test
  void shouldRenewBeforeTheAgeAtWhichTheServerCloses() {
    lifetime.closedInVain(seconds(60));
    assertThat(lifetime.renewAfterNanos()).isEqualTo(seconds(45));
    lifetime.closedInVain(seconds(20));
    assertThat(lifetime.renewAfterNanos()).isEqualTo(seconds(15));
    lifetime.closedInVain(seconds(60));
    assertThat(lifetime.renewAfterNanos()).isEqualTo(seconds(15));
  }

  @ParameterizedTest(name = "strikes {0}: pause of {1} s")
  @CsvSource({
    "1, 1",
    "2, 4",
    "3, 16",
    "4, 64",
    "5, 256",
    "6, 1024",
    "7, 4096",
    "8, 16384",
    "9, 21600",
    "50, 21600"
  })
  void shouldLeaveAServerAloneThatClosesEarly(int strikes, long pauseSeconds) {
    for (int i = 0; i < strikes; i++) {
      lifetime.closedInVain(seconds(1));
    }
    assertThat(lifetime.pauseNanos()).isEqualTo(seconds(pauseSeconds));
    assertThat(lifetime.renewAfterNanos()).isEqualTo(IdleLifetime.RENEW_MAX_NANOS);
  }

  @Test
  void shouldTryALongerAgeAfterEnoughQuietRenewals() {
    lifetime.closedInVain(seconds(20));
    for (int i = 0; i < IdleLifetime.QUIET_MIN; i++) {
      assertThat(lifetime.renewAfterNanos()).isEqualTo(seconds(15));
      lifetime.renewed();
    }
    assertThat(lifetime.renewAfterNanos()).isEqualTo(seconds(30));
  }

  @Test
  void shouldForgetALimitThatWasAnAccident() {
    lifetime.closedInVain(seconds(30)); // a restart, say
    lifetime.closedInVain(seconds(2)); // and another
    assertThat(lifetime.pauseNanos()).isEqualTo(seconds(4));
    for (int i = 0; i < 10_000; i++) {
      lifetime.renewed();
    }
    assertThat(lifetime.renewAfterNanos()).isEqualTo(IdleLifetime.RENEW_MAX_NANOS);
    assertThat(lifetime.pauseNanos()).isEqualTo(IdleLifetime.FIRST_PAUSE_NANOS);
  }

  @Test
  void shouldCloseInVainEverMoreRarelyWhateverTheServerDoes() {
    Random random = new Random(3);
    assertThat(closedInVain(() -> seconds(1))).isLessThan(16);
    assertThat(closedInVain(() -> seconds(20))).isLessThan(16);
    assertThat(closedInVain(() -> seconds(60))).isLessThan(16);
    assertThat(closedInVain(() -> seconds(3) + random.nextLong(seconds(4)))).isLessThan(24);
    assertThat(closedInVain(() -> seconds(1) + random.nextLong(seconds(300)))).isLessThan(40);
  }

  /// How often a server that closes at these ages does so in a day.
  private static int closedInVain(LongSupplier ages) {
    IdleLifetime lifetime = new IdleLifetime(seconds(5));
    int closed = 0;
    long now = 0;
    while (now < TimeUnit.DAYS.toNanos(1)) {
      long age = ages.getAsLong();
      if (age < lifetime.renewAfterNanos()) {
        now += age;
        closed++;
        lifetime.closedInVain(age);
        now += lifetime.pauseNanos();
      } else {
        now += lifetime.renewAfterNanos();
        lifetime.renewed();
      }
    }
    return closed;
  }

  private static long seconds(long seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }
}
