package detour.server.probe.dns;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import detour.server.probe.dns.DnsSettings.Transport;
import detour.server.probe.dns.Judgement.Verdict;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Any bytes are judged, and pass only when they carry the query's id.
final class JudgementFuzz {
  private static final Query QUERY =
      Query.of(DnsChecks.settings(53, Transport.UDP, "www.example.", DnsChecks.ANY));

  @FuzzTest
  void shouldJudgeAnyBytes(byte[] bytes) {
    check(bytes);
    if (bytes.length >= 2) {
      bytes[0] = (byte) (QUERY.id() >> 8);
      bytes[1] = (byte) QUERY.id();
      check(bytes);
    }
  }

  /// The id is put in front of each.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "8000",
        "8000 0001 0001 0000 0000",
        "8000 0001 ffff ffff ffff 03777777 07 6578616d706c65 00 0001 0001",
        // An answer whose name is a pointer to itself, and one to what lies ahead.
        "8000 0001 0001 0000 0000 03777777 076578616d706c65 00 0001 0001 c01d 0001 0001 00000001"
            + " 0004 c0000201",
        "8000 0001 0001 0000 0000 03777777 076578616d706c65 00 0001 0001 c0ff 0001 0001 00000001"
            + " 0004 c0000201",
        // Data shorter and longer than an address.
        "8000 0001 0001 0000 0000 03777777 076578616d706c65 00 0001 0001 c00c 0001 0001 00000001"
            + " 0003 c00002",
        "8000 0001 0001 0000 0000 03777777 076578616d706c65 00 0001 0001 c00c 0001 0001 00000001"
            + " ffff c0000201",
        // An answer of the right type in another class, and with empty data.
        "8000 0001 0001 0000 0000 03777777 076578616d706c65 00 0001 0001 c00c 0001 0003 00000001"
            + " 0000",
        "8000 0001 0001 0000 0000 03777777 076578616d706c65 00 0001 0001 c00c 0001 00fe 00000001"
            + " 0000"
      })
  void shouldJudgeWhatIsNearlyAnAnswer(String hex) {
    String id = "%04x".formatted(QUERY.id());
    check(HexFormat.of().parseHex((id + hex).replace(" ", "")));
  }

  @Test
  void shouldJudgeEveryBeginningOfAnAnswer() {
    byte[] whole = JudgementTest.bytes("flag AA; CNAME other.example.; A 192.0.2.1");
    for (int length = 0; length < whole.length; length++) {
      byte[] part = java.util.Arrays.copyOf(whole, length);
      assertThat(Judgement.of(part, QUERY, DnsChecks.ANY).verdict()).isEqualTo(Verdict.STRANGE);
    }
  }

  private static void check(byte[] bytes) {
    Judgement judgement = Judgement.of(bytes, QUERY, DnsChecks.ANY);

    assertThat(judgement.detail()).isNotBlank();
    boolean ours = bytes.length >= 2 && ((bytes[0] & 0xff) << 8 | (bytes[1] & 0xff)) == QUERY.id();
    if (!ours) {
      assertThat(judgement.verdict()).isEqualTo(Verdict.STRANGE);
    }
  }
}
