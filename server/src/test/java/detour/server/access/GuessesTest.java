package detour.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GuessesTest {
  private static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress THERE = InetAddress.ofLiteral("192.0.2.2");

  private long nanos = Long.MAX_VALUE - 5;
  private final Guesses guesses = new Guesses(new Failures(() -> nanos));

  @Test
  void shouldHoldBackAnAddressThatWasWrongTenTimesUntilTheMinuteIsOver() {
    guess(9);
    assertThat(guesses.waitSeconds("backup", HERE)).isZero();

    guess(1);
    nanos += Duration.ofSeconds(20).toNanos();
    assertThat(guesses.waitSeconds("backup", HERE)).isEqualTo(40);
    assertThat(guesses.waitSeconds("backup", THERE)).isZero();

    nanos += Duration.ofSeconds(40).toNanos();
    assertThat(guesses.waitSeconds("backup", HERE)).isZero();
  }

  @Test
  void shouldNotHoldBackAnAddressFromWhichTheRightSecretCame() {
    guesses.right("backup", HERE);
    guess(20);

    assertThat(guesses.waitSeconds("backup", HERE)).isZero();
    assertThat(guesses.waitSeconds("another", HERE)).isPositive();
  }

  @Test
  void shouldForgetTheOldestOfTooManyThatWereRight() {
    guesses.right("the first", HERE);
    for (int i = 0; i < 4_096; i++) {
      guesses.right("backup " + i, HERE);
    }
    guess(10);

    assertThat(guesses.waitSeconds("the first", HERE)).isPositive();
    assertThat(guesses.waitSeconds("backup 0", HERE)).isZero();
  }

  @Test
  void shouldTellTheFirstWrongOneOnly() {
    assertThat(guesses.wrong(HERE)).isTrue();
    assertThat(guesses.wrong(HERE)).isFalse();
  }

  private void guess(int times) {
    for (int i = 0; i < times; i++) {
      var _ = guesses.wrong(HERE);
    }
  }
}
