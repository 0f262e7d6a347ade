package detour.dns.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The presentation form of RDATA; `RecordTypesTest` of the server goes through all types.
class DataTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1     | c0000201                         | 192.0.2.1",
        "28    | 20010db8000000000000000000000001 | 2001:db8::1",
        "28    | 00000000000000000000ffffc0000201 | ::ffff:192.0.2.1",
        "16    | 0561225c0761                     | \"a\\\"\\\\\\007a\"",
        "16    | 0001ff                           | \"\" \"\\255\"",
        "257   | 000569737375656c65               | 0 issue \"le\"",
        "65280 | 010203                           | \\# 3 010203",
        "65280 | ``                               | \\# 0"
      })
  void shouldWriteData(int type, String hex, String text) {
    assertThat(DataText.write(type, HexFormat.of().parseHex(hex))).isEqualTo(text);
  }

  /// RFC 3597 section 5: what cannot be told in the type's own form is told in octets.
  @ParameterizedTest
  @CsvSource({"1, c00002, \\# 3 c00002", "257, 0005, \\# 2 0005"})
  void shouldTellOctetsOfWhatIsMalformed(int type, String hex, String text) {
    assertThat(DataText.write(type, HexFormat.of().parseHex(hex))).isEqualTo(text);
  }
}
