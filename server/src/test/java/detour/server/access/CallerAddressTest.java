package detour.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallerAddressTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1,     192.0.2.1,             true",
    "192.0.2.1,     192.0.2.2,             false",
    "2001:db8::1,   2001:db8::ffff:0:0:1,  true",
    "2001:db8::1,   2001:db8:0:1::1,       false",
  })
  void shouldCountAddressesOfOneHostAsOne(String one, String other, boolean same) {
    assertThat(key(one).equals(key(other))).isEqualTo(same);
  }

  private static String key(String address) {
    return CallerAddress.key(InetAddress.ofLiteral(address));
  }
}
