package detour.dns.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// RFC 5952 section 4.
class AddressTextTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "2001:0db8:0:0:0:0:0:1, 2001:db8::1",
    "2001:db8:0:0:1:0:0:0, 2001:db8:0:0:1::",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "0:0:0:0:0:0:0:0, ::",
    "0:0:0:0:0:0:0:1, ::1",
    "2001:DB8:A:B:C:D:E:F, 2001:db8:a:b:c:d:e:f"
  })
  void shouldWriteAddressesAsRecommended(String address, String text) {
    assertThat(AddressText.of(InetAddress.ofLiteral(address).getAddress())).isEqualTo(text);
  }
}
