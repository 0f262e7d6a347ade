package detour.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Name;

class OptionReportTest {
  private static final byte[] SENT = {1, 2, 3, 4, 5, 6, 7, 8};

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3  | 616d7331               | NSID        | ams1",
        "3  | 00ff                   | NSID        | 00ff",
        "3  | ''                     | NSID        | empty",
        "8  | 00011810c63364         | ECS         | 198.51.100.0/24, the answer is good for its"
            + " /16 (scope 16)",
        "8  | 00011800c63364         | ECS         | 198.51.100.0/24, the answer is good for"
            + " everybody (scope 0)",
        "8  | 0002382020010db8000000 | ECS         | 2001:db8::/56, the answer is good"
            + " for its /32 (scope 32)",
        "8  | 00030000               | OPT8        | 4 octets: 00030000",
        "8  | 0001                   | OPT8        | 2 octets: 0001",
        "9  | 00000e10               | EXPIRE      | 3600 s",
        "10 | 0102030405060708       | COOKIE      | 0102030405060708, without a server cookie",
        "10 | 01020304050607080a0b0c0d0e0f1011 | COOKIE | 0102030405060708, server cookie"
            + " 0a0b0c0d0e0f1011",
        "10 | 0102030405060709       | COOKIE      | 0102030405060709, NOT the client cookie that"
            + " was sent",
        "10 | 01                     | OPT10       | 1 octet: 01",
        "11 | 0064                   | KEEPALIVE   | connections may idle for 10.0 s",
        "12 | 000000                 | PADDING     | 3 octets",
        "15 | 0016                   | EDE         | 22 No Reachable Authority",
        "15 | 0000616c6c20646f776e00 | EDE         | 0 Other Error: all down",
        "15 | ffff                   | EDE         | 65535 (no name registered)",
        "15 | 00                     | OPT15       | 1 octet: 00",
        "19 | 020078c31d79           | ZONEVERSION | example.com. serial 2026052985",
        "19 | 03f6000000000000002a   | ZONEVERSION | www.example.com. selection epoch 42",
        "19 | 00070102               | ZONEVERSION | . version of type 7: 0102",
        "19 | 04000000002a           | OPT19       | 6 octets: 04000000002a",
        "65001 | ''                  | OPT65001    | empty"
      })
  void shouldSayWhatAnOptionSays(int code, String hex, String name, String text) throws Exception {
    OptionReport report = option(code, hex);

    assertThat(report.code()).isEqualTo(code);
    assertThat(report.name()).isEqualTo(name);
    assertThat(report.text()).isEqualTo(text);
  }

  @Test
  void shouldGiveProgramsEachValueByItself() throws Exception {
    assertThat(option(8, "00011810c63364").values())
        .containsEntry("address", "198.51.100.0")
        .containsEntry("source", 24)
        .containsEntry("scope", 16);
    assertThat(option(19, "03f6000000000000002a").values()).containsEntry("epoch", "42");
    assertThat(option(15, "0016").values()).containsEntry("info_code", 22);
  }

  private static OptionReport option(int code, String hex) throws Exception {
    return OptionReport.of(
        new GenericEDNSOption(code, HexFormat.of().parseHex(hex)),
        Name.fromString("www.example.com."),
        SENT);
  }
}
