package detour.server.probe.icmp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Any bytes are a reply or none; what is sent is read back as it was.
final class EchoPacketFuzz {
  private static final EchoPacket PACKET = new EchoPacket(0xfffe, 0x8001, 0x8000_0000_0000_0001L);

  @FuzzTest
  void shouldReadAnyBytes(byte[] bytes) {
    check(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "45",
        "4f",
        "40 000000000000000000000000000000000000000000000000000000000000000000000000",
        "00 00 0000 0001 0001 0000000000000001",
        "81 00 0000 0001 0001 00000000000001",
        "4f 000000000000000000000000000000000000 00 00 0000 0001 0001 0000000000000001"
      })
  void shouldReadWhatIsNearlyAReply(String hex) {
    check(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  @ParameterizedTest
  @CsvSource({"false, 8", "false, 9", "false, 56", "true, 8", "true, 1472"})
  void shouldReadBackWhatAPeerReturns(boolean ipv6, int payloadBytes) {
    byte[] returned = PACKET.request(ipv6, payloadBytes);
    returned[0] = (byte) (ipv6 ? 129 : 0);

    assertThat(EchoPacket.reply(returned, ipv6, false)).isEqualTo(PACKET);
    byte[] behindHeader = new byte[returned.length + 24];
    behindHeader[0] = 0x46;
    System.arraycopy(returned, 0, behindHeader, 24, returned.length);
    if (!ipv6) {
      assertThat(EchoPacket.reply(behindHeader, false, true)).isEqualTo(PACKET);
    }
    for (int length = 0; length < 16; length++) {
      assertThat(EchoPacket.reply(Arrays.copyOf(returned, length), ipv6, false)).isNull();
    }
  }

  /// RFC 1071 section 1: over a packet with its checksum in it, the sum is all ones.
  @ParameterizedTest
  @ValueSource(ints = {8, 9, 55, 1472})
  void shouldSumUpToNothing(int payloadBytes) {
    assertThat(EchoPacket.checksum(ByteBuffer.wrap(PACKET.request(false, payloadBytes)))).isZero();
  }

  private static void check(byte[] bytes) {
    for (boolean ipv6 : new boolean[] {false, true}) {
      for (boolean header : new boolean[] {false, true}) {
        EchoPacket packet = EchoPacket.reply(bytes, ipv6, header);
        if (packet != null) {
          assertThat(bytes.length).isGreaterThanOrEqualTo(16);
          assertThat(packet.sequence()).isBetween(0, 65_535);
          assertThat(packet.identifier()).isBetween(0, 65_535);
        }
      }
    }
  }
}
