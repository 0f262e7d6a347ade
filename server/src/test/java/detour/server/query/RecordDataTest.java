package detour.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Type;

class RecordDataTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "A     | c0000201                         | 192.0.2.1",
        "AAAA  | 20010db8000000000000000000000001 | 2001:db8::1",
        "AAAA  | 00000000000000000000ffffc0000201 | ::ffff:192.0.2.1",
        "TXT   | 0561225c0761                     | \"a\\\"\\\\\\007a\"",
        "TXT   | 0001ff                           | \"\" \"\\255\"",
        "CAA   | 000569737375656c65               | 0 issue \"le\"",
        "TYPE65280 | 010203                       | \\# 3 010203",
        "TYPE65280 | ``                           | \\# 0"
      })
  void shouldWriteData(String type, String hex, String text) {
    assertThat(RecordData.text(Type.value(type), HexFormat.of().parseHex(hex))).isEqualTo(text);
  }

  /// RFC 3597 section 5: what cannot be told in the type's own form is told in octets.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "A     | c00002             | \\# 3 C00002",
        "CAA   | 0005               | \\# 2 0005",
        "RRSIG | 000108029000000060000000500000000001007f0101 | \\# 22"
            + " 000108029000000060000000500000000001007F0101"
      })
  void shouldNotLieAboutData(String type, String hex, String text) {
    assertThat(RecordData.text(Type.value(type), HexFormat.of().parseHex(hex))).isEqualTo(text);
  }
}
