package detour.server.probe.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OctetsTest {
  @ParameterizedTest
  @CsvSource({
    "PING, 50494e47",
    "a\\r\\n\\t\\0\\\\, 610d0a09005c",
    "\\x00\\xfF, 00ff",
    "é, c3a9",
    "\\\\x41, 5c783431"
  })
  void shouldReadText(String text, String hex) {
    assertThat(HexFormat.of().formatHex(Octets.ofEscaped(text).bytes())).isEqualTo(hex);
  }

  @ParameterizedTest
  @CsvSource({
    "\\q, there are",
    "\\, there are",
    "\\x4, two hexadecimal digits",
    "\\xgg, two hexadecimal digits",
    "'', from 1 to 4096 bytes"
  })
  void shouldRefuseWhatIsNoText(String text, String why) {
    assertThatThrownBy(() -> Octets.ofEscaped(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @Test
  void shouldReadHex() {
    assertThat(Octets.ofHex("00 fF10").bytes()).containsExactly(0, -1, 16);
    assertThatThrownBy(() -> Octets.ofHex("0")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Octets.ofHex("zz")).isInstanceOf(IllegalArgumentException.class);
  }
}
