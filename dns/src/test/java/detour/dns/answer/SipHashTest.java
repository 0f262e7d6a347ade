package detour.dns.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SipHashTest {
  /// The published vectors: key 00 01 ... 0f, input 00 01 ... up to the length.
  @ParameterizedTest
  @CsvSource({
    "0, 726fdb47dd0e0e31",
    "1, 74f839c593dc67fd",
    "7, ab0200f58b01d137",
    "8, 93f5f5799a932462",
    "15, a129ca6149be45e5"
  })
  void shouldHashAsPublished(int length, String expected) {
    ByteBuffer octets = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < length; i++) {
      octets.put(i, (byte) i);
    }
    SipHash hash = new SipHash().begin(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
    for (int at = 0; at + 8 <= length; at += 8) {
      hash.add(octets.getLong(at));
    }
    assertThat(hash.finish(octets.getLong(length / 8 * 8), length))
        .isEqualTo(Long.parseUnsignedLong(expected, 16));
  }
}
