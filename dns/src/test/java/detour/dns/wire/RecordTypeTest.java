package detour.dns.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Type;

class RecordTypeTest {
  @ParameterizedTest
  @CsvSource({"A, 1", "aaaa, 28", "TYPE1, 1", "type65535, 65535", "Https, 65", "TYPE0, 0"})
  void shouldReadNamesAndNumbers(String text, int number) {
    assertThat(RecordType.parse(text)).hasValue(number);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "B", "TYPE", "TYPE65536", "TYPE-1", "TYPE123456", "1"})
  void shouldNotReadAnythingElse(String text) {
    assertThat(RecordType.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      ints = {1, 2, 5, 6, 12, 15, 16, 28, 33, 39, 43, 46, 52, 59, 64, 65, 255, 256, 257, 999})
  void shouldNameTypesAsOthersDo(int type) {
    assertThat(RecordType.name(type)).isEqualTo(Type.string(type));
    assertThat(RecordType.parse(RecordType.name(type))).hasValue(type);
  }
}
