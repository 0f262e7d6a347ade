package detour.server.zones;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import detour.dns.wire.Name;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Any zone file is checked to its end, and one without errors can be printed.
final class ZoneCheckFuzz {
  private static final Name ORIGIN = Name.parse("example.com");

  @FuzzTest
  void shouldCheckAnyBytes(byte[] bytes) throws IOException {
    if (new String(bytes, StandardCharsets.ISO_8859_1)
        .toLowerCase(Locale.ROOT)
        .contains("$include")) {
      // A fuzzer must not read other files.
      return;
    }
    check(bytes, ORIGIN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "@ 1 SOA . . 0 0 0 0 0\n@ 1 NS .\n",
        "@ 1 SOA @ @ 1 2 1 3 1\n@ 1 NS @\n* 1 CNAME *\n*.* 1 MX 0 *\n",
        "@ 1 SOA a b 1 2 1 3 1\n@ 1 NS a\na 1 DNAME @\nx.a 1 NS x.a\ny.x.a 1 CNAME y.x.a\n",
        "@ 1 SOA a b 1 2 1 3 1\n@ 1 NS a\na 1 NS b.a\nb.a 1 NS a\nc.b.a 1 DS \\# 0\n",
        "@ 1 SOA a b 1 2 1 3 1\n@ 1 NS a\n\\000\\@\\. 1 TYPE65535 \\# 0\n\\042 1 SRV 1 1 1 \\000\n"
      })
  void shouldCheckOddZones(String zone) throws IOException {
    check(zone.getBytes(StandardCharsets.UTF_8), ORIGIN);
    check(zone.getBytes(StandardCharsets.UTF_8), Name.ROOT);
  }

  private static void check(byte[] zone, Name origin) throws IOException {
    Path file = Files.createTempFile("zone", ".zone");
    try {
      Files.write(file, zone);
      ZoneContent content = ZoneContent.read(file, origin, ZoneContent.Services.NONE);
      ZoneCheck check = ZoneCheck.of(content);
      assertThat(check.findings())
          .allSatisfy(finding -> assertThat(finding.message()).isNotEmpty());
      if (content.errors().isEmpty()) {
        for (boolean relative : new boolean[] {false, true}) {
          StringBuilder printed = new StringBuilder();
          new ZonePrint(content, relative).lines(line -> printed.append(line).append('\n'));
          Files.writeString(file, printed);
          assertThat(ZoneContent.read(file, origin, ZoneContent.Services.NONE).errors())
              .as(printed.toString())
              .isEmpty();
        }
      }
    } finally {
      Files.delete(file);
    }
  }
}
