package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import detour.dns.wire.Name;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Any bytes give records and problems with places, and end.
final class ZoneFileReaderFuzz {
  private static final Name ORIGIN = Name.parse("example.com");

  @FuzzTest
  void shouldReadAnyBytes(byte[] bytes) {
    check(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\\",
        "\"",
        "(",
        ")",
        "a 1 A \\",
        "a 1 TXT \\\"\\",
        "$",
        "$GENERATE 0-3 ${ A 1",
        "$GENERATE 0-3 $$ 1 A \\# 4 0${-1,99,x}",
        "a 1 TYPE0 \\# 0",
        "\"\" 1 A 1.2.3.4",
        "@ 1 SOA . . 4294967296 1 1 1 1",
        "@ 1 LOC 91 N 1 E 1m",
        "@ 1 SVCB 1 . mandatory=key1",
        "\ufeff$TTL 1\n@ NS a\u0000b",
        "$INCLUDE \"\\000\" x",
        "$INCLUDE /dev/zero"
      })
  void shouldReadOddText(String text) {
    check(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static void check(byte[] bytes) {
    // In memory, and below a folder that does not exist: a fuzzer must not read other files.
    ZoneFileReader.Outcome outcome =
        ZoneFileReader.parse(
            Path.of("/nonexistent/zone"),
            bytes,
            ORIGIN,
            (owner, type, ttl, rdata) -> {
              assertThat(owner.octets()).isBetween(1, 255);
              assertThat(type).isBetween(1, 65_535);
              assertThat(ttl).isBetween(0L, (long) Integer.MAX_VALUE);
              assertThat(rdata.length).isLessThanOrEqualTo(65_535);
            });
    assertThat(outcome.problems().size()).isLessThanOrEqualTo(ZoneFileReader.MOST_PROBLEMS + 1);
    assertThat(outcome.problems())
        .allSatisfy(problem -> {
          assertThat(problem.line()).isPositive();
          assertThat(problem.column()).isPositive();
          assertThat(problem.message()).isNotBlank().doesNotContain("\n");
        });
  }
}
