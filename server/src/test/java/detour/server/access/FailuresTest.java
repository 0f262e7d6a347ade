package detour.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private long nanos = Long.MAX_VALUE - 5;
  private final Failures failures = new Failures(() -> nanos);

  @Test
  void shouldAskForPatienceAfterTenFailuresInAMinute() {
    for (int i = 0; i < 10; i++) {
      assertThat(count("192.0.2.1")).isZero();
    }

    assertThat(count("192.0.2.1")).isEqualTo(60);
    nanos += Duration.ofSeconds(20).toNanos();
    assertThat(count("192.0.2.1")).isEqualTo(40);
    nanos += Duration.ofSeconds(40).toNanos();
    assertThat(count("192.0.2.1")).isZero();
  }

  @Test
  void shouldCountEachIpv4AddressAndEachIpv6NetworkOnItsOwn() {
    for (int i = 0; i < 11; i++) {
      count("192.0.2.1");
      count("2001:db8::" + i);
    }

    assertThat(count("192.0.2.1")).isPositive();
    assertThat(count("192.0.2.2")).isZero();
    assertThat(count("2001:db8::ffff")).isPositive();
    assertThat(count("2001:db8:0:1::")).isZero();
  }

  @Test
  void shouldTellTheFirstOfAMinuteOnly() {
    count("192.0.2.1");
    assertThat(failures.isFirst(InetAddress.ofLiteral("192.0.2.1"))).isTrue();
    count("192.0.2.1");
    assertThat(failures.isFirst(InetAddress.ofLiteral("192.0.2.1"))).isFalse();
  }

  @Test
  void shouldForgetTheOldestWhenTooManyFail() {
    for (int i = 0; i < 11; i++) {
      count("192.0.2.1");
    }
    for (int i = 0; i < 1_024; i++) {
      count("10.0." + i / 256 + "." + i % 256);
    }

    assertThat(count("192.0.2.1")).isZero();
  }

  private int count(String address) {
    return failures.count(InetAddress.ofLiteral(address));
  }
}
