package detour.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Name;

/// Whatever a server sends as an option, there are words for it.
final class OptionReportFuzz {
  private static final int MOST_KNOWN_CODE = 20;
  private static final byte[] COOKIE = new byte[8];

  @FuzzTest
  void shouldFindWordsForAnyOctets(byte[] octets) {
    if (octets.length > 0) {
      check(octets[0] & 0x1F, Arrays.copyOfRange(octets, 1, octets.length));
    }
  }

  @Test
  void shouldFindWordsForEveryLength() {
    Random random = new Random(1);
    for (int code = 0; code <= MOST_KNOWN_CODE; code++) {
      for (int length = 0; length < 64; length++) {
        for (int first = 0; first < 6; first++) {
          byte[] data = new byte[length];
          random.nextBytes(data);
          if (length > 1) {
            data[0] = 0;
            data[1] = (byte) first;
          }
          check(code, data);
        }
      }
    }
  }

  private static void check(int code, byte[] data) {
    OptionReport report =
        OptionReport.of(
            new GenericEDNSOption(code, data), Name.fromConstantString("www.example.com."), COOKIE);
    assertThat(report.text()).isNotEmpty();
    assertThat(report.values()).isNotEmpty();
  }
}
