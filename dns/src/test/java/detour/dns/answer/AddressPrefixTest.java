package detour.dns.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressPrefixTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.0,        24, 192.0.2.255,      true",
    "192.0.2.0,        24, 192.0.3.0,        false",
    "192.0.2.4,        32, 192.0.2.4,        true",
    "192.0.2.4,        32, 192.0.2.5,        false",
    "0.0.0.0,           0, 203.0.113.9,      true",
    "0.0.0.0,           0, 2001:db8::1,      false",
    "2001:db8::,       32, 2001:db8:1::1,    true",
    "2001:db8::,       32, 2001:db9::1,      false",
    "2001:db8:0:100::, 56, 2001:db8:0:1ff::, true",
    "2001:db8:0:100::, 56, 2001:db8:0:200::, false",
    "::1,             128, ::1,              true",
    "::1,             128, ::2,              false",
    "2001:db8::8000:0, 97, 2001:db8::8000:1, true",
    "2001:db8::8000:0, 97, 2001:db8::1,      false",
    "::,                0, 2001:db8::1,      true",
    "::,                0, 192.0.2.1,        false"
  })
  void shouldContainWhatBeginsSo(String prefix, int bits, String address, boolean contained) {
    assertThat(
            AddressPrefix.of(Server.octets(prefix), bits)
                .contains(ClientAddress.of(Server.octets(address))))
        .isEqualTo(contained);
  }

  @ParameterizedTest
  @CsvSource({"192.0.2.1, 24", "192.0.2.0, 33", "192.0.2.0, -1", "2001:db8::1, 64", "::, 129"})
  void shouldRefuseWhatIsNoPrefix(String prefix, int bits) {
    assertThatThrownBy(() -> AddressPrefix.of(Server.octets(prefix), bits))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
