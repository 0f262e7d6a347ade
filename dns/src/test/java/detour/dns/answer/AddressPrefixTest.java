package detour.dns.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressPrefixTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.0, 24, 192.0.2.255, true",
    "192.0.2.0, 24, 192.0.3.0, false",
    "192.0.2.1, 32, 192.0.2.1, true",
    "192.0.2.1, 32, 192.0.2.0, false",
    "128.0.0.0, 1, 255.0.0.0, true",
    "128.0.0.0, 1, 127.0.0.0, false",
    "0.0.0.0, 0, 203.0.113.9, true",
    "0.0.0.0, 0, 2001:db8::1, false",
    "::, 0, 2001:db8::1, true",
    "::, 0, 192.0.2.1, true",
    "2001:db8::, 32, 2001:db8:ffff::1, true",
    "2001:db8::, 32, 2001:db9::, false",
    "2001:db8:0:1::, 64, 2001:db8:0:1:ffff::, true",
    "2001:db8:0:1::, 64, 2001:db8::1, false",
    "2001:db8::8, 125, 2001:db8::f, true",
    "2001:db8::8, 125, 2001:db8::10, false",
    "2001:db8::1, 128, 2001:db8::1, true",
    "2001:db8::1, 128, 2001:db8::2, false"
  })
  void shouldContainWhatBeginsWithTheSameBits(
      String prefix, int length, String address, boolean contained) {
    assertThat(
            AddressPrefix.of(InetAddress.ofLiteral(prefix).getAddress(), length)
                .contains(ClientAddress.of(InetAddress.ofLiteral(address).getAddress())))
        .isEqualTo(contained);
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 24",
    "192.0.2.0, 33",
    "192.0.2.0, -97",
    "2001:db8::1, 64",
    "::, 129",
    "8000::, 0"
  })
  void shouldRefuseWhatIsNoPrefix(String prefix, int length) {
    byte[] octets = InetAddress.ofLiteral(prefix).getAddress();
    assertThatThrownBy(() -> AddressPrefix.of(octets, length))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
