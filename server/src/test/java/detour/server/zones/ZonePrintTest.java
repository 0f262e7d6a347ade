package detour.server.zones;

import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.wire.Name;
import detour.dns.wire.RecordType;
import detour.server.probe.PeerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ZonePrintTest {
  private static final Name ORIGIN = Name.parse("example.com");
  private static final Set<Integer> ADDRESSES = Set.of(RecordType.A, RecordType.AAAA);

  /// Every form that all peers read as well.
  private static final String RICH =
      """
      $TTL 300
      @ SOA ns1 host\\.master 2026112201 3600 900 1209600 60
      @ NS ns1
      @ NS ns2.example.net.
      @ MX 20 mail
      @ MX 10 Mail.Example.COM.
      @ TXT "v=spf1 -all" plain "quote \\" and \\\\ and \\; ; semicolon" "\\007\\255"
      @ CAA 0 issue "letsencrypt.org"
      ns1 A 192.0.2.1
      ns1 AAAA 2001:db8::1
      ns1 AAAA 2001:db8:0:0:1:0:0:0
      ns1 AAAA ::ffff:192.0.2.1
      z A 192.0.2.10
      z A 192.0.2.9
      Z2 600 A 192.0.2.2
      a.z TXT below
      \\001.z A 192.0.2.3
      *.z A 192.0.2.4
      \\200.z A 192.0.2.5
      esc\\.aped\\032name A 192.0.2.6
      mail A 192.0.2.25
      alias CNAME Z2
      d DNAME example.net.
      sub NS ns.sub
      ns.sub A 192.0.2.53
      sub DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118
      _sip._tcp SRV 0 5 5060 mail
      p PTR ns1
      h HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.1
      naptr NAPTR 100 50 "s" "http+N2L" "" mail
      _443._tcp TLSA 3 1 1 0102
      sshfp SSHFP 4 2 123456789ABCDEF67890123456789ABCDEF67890123456789ABCDEF123456789
      unknown TYPE65280 \\# 3 0102 03
      hinfo HINFO "PC" "Linux"
      rp RP host.master mail
      loc LOC 51 30 12.748 N 0 7 39.612 W 0.00m 0.00m 0.00m 0.00m
      """;

  @TempDir private Path folder;

  /// RFC 4034 section 6.1, its own example.
  @Test
  void shouldPrintInCanonicalOrder() throws Exception {
    List<String> owners =
        List.of("@", "a", "yljkjljk.a", "Z.a", "zABC.a", "z", "\\001.z", "*.z", "\\200.z");
    StringBuilder zone =
        new StringBuilder("$TTL 60\n@ SOA ns1 hm 1 2 1 3 4\n@ NS ns.example.net.\n");
    for (int i = owners.size() - 1; i > 0; i--) {
      zone.append(owners.get(i)).append(" TXT x\n");
    }

    assertThat(
            lines(zone.toString(), true).stream()
                .skip(1)
                .map(line -> line.substring(0, line.indexOf(' ')))
                .distinct())
        .isEqualTo(owners);
  }

  @Test
  void shouldPrintWhatIsAnswered() throws Exception {
    String zone =
        """
        $TTL 60
        @ NS ns
        b 30 A 192.0.2.2
        b 90 A 192.0.2.1
        b 90 A 192.0.2.2
        a TYPE65280 \\# 0
        ns A 192.0.2.3
        m MX 256 .
        m MX 9 Mail.EXAMPLE.com.
        @ SOA ns hm 7 2 1 3 4
        """;

    assertThat(lines(zone, false))
        .containsExactly(
            "example.com. 60 IN SOA ns.example.com. hm.example.com. 7 2 1 3 4",
            "example.com. 60 IN NS ns.example.com.",
            "a.example.com. 60 IN TYPE65280 \\# 0",
            "b.example.com. 30 IN A 192.0.2.1",
            "b.example.com. 30 IN A 192.0.2.2",
            "m.example.com. 60 IN MX 9 Mail.EXAMPLE.com.",
            "m.example.com. 60 IN MX 256 .",
            "ns.example.com. 60 IN A 192.0.2.3");
    assertThat(lines(zone, true))
        .containsExactly(
            "$ORIGIN example.com.",
            "@ 60 IN SOA ns hm 7 2 1 3 4",
            "@ 60 IN NS ns",
            "a 60 IN TYPE65280 \\# 0",
            "b 30 IN A 192.0.2.1",
            "b 30 IN A 192.0.2.2",
            "m 60 IN MX 9 Mail",
            "m 60 IN MX 256 .",
            "ns 60 IN A 192.0.2.3");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldBeReadBackAsTheSameZone(boolean relative) throws Exception {
    List<String> printed = lines(RICH, relative);

    assertThat(lines(String.join("\n", printed) + "\n", relative)).isEqualTo(printed);
  }

  @Test
  void shouldMarkWhatComesFromServices() throws Exception {
    Name www = Name.parse("www.example.com");
    Name app = Name.parse("app.example.com");
    ZoneContent.Services services =
        new ZoneContent.Services(
            List.of(
                new ZoneRecord(
                    www, RecordType.A, 30, new byte[] {(byte) 192, 0, 2, 7}, null, true)),
            Map.of(
                www,
                new ServedName(ADDRESSES, List.of()),
                app,
                new ServedName(ADDRESSES, List.of("app.example.net"))));
    Path file = Files.writeString(folder.resolve("zone"), "@ 60 SOA ns. hm 1 2 1 3 4\n@ NS ns.\n");
    ZoneContent content = ZoneContent.read(file, ORIGIN, services);
    List<String> lines = new ArrayList<>();
    new ZonePrint(content, false).lines(lines::add);

    assertThat(lines)
        .endsWith(
            "www.example.com. 30 IN A 192.0.2.7 ; service",
            "; app.example.com. service: the addresses of app.example.net, found while the server"
                + " runs");
    assertThat(new ZonePrint(content, false).items().getLast())
        .isEqualTo(new ZonePrint.Item("www.example.com.", 30, "IN", "A", "192.0.2.7", true));
  }

  @Test
  void shouldPrintWhatBindPrints() throws Exception {
    Path file = Files.writeString(folder.resolve("example.com.zone"), RICH);
    Path compiled = folder.resolve("compiled");
    run(
        "named-compilezone",
        "-i",
        "none",
        "-k",
        "ignore",
        "-o",
        compiled.toString(),
        "example.com",
        file.toString());
    List<String> theirs =
        Files.readAllLines(compiled).stream().map(ZonePrintTest::comparable).sorted().toList();

    assertThat(lines(RICH, false).stream().map(ZonePrintTest::comparable).sorted())
        .isEqualTo(theirs);
  }

  /// What is printed is a zone file to others too.
  @Test
  void shouldPrintWhatOthersRead() throws Exception {
    for (boolean relative : List.of(false, true)) {
      Path file =
          Files.writeString(
              folder.resolve("example.com.zone"), String.join("\n", lines(RICH, relative)) + "\n");
      run("named-checkzone", "-k", "ignore", "example.com", file.toString());
      run("kzonecheck", "-o", "example.com", file.toString());
      run("nsd-checkzone", "example.com", file.toString());
    }
  }

  /// Blanks, case of names and the order of records mean nothing; some types have several forms.
  private static String comparable(String line) {
    return line.replaceAll("[ \t]+", " ")
        .replaceFirst("(HTTPS.*)alpn=\"([^\"]*)\"", "$1alpn=$2")
        .replaceFirst("( SSHFP \\d \\d [0-9A-F]+) ([0-9A-F]+)$", "$1$2")
        .replaceFirst("( LOC .*) 00 07 (.*)$", "$1 0 7 $2")
        .replaceAll("\\b0\\.00m", "0m")
        .toLowerCase(Locale.ROOT)
        .strip();
  }

  private List<String> lines(String zone, boolean relative) throws Exception {
    Path file = Files.writeString(folder.resolve("zone"), zone);
    ZoneContent content = ZoneContent.read(file, ORIGIN, ZoneContent.Services.NONE);
    assertThat(content.errors()).isEmpty();
    List<String> lines = new ArrayList<>();
    new ZonePrint(content, relative).lines(lines::add);
    return lines;
  }

  private void run(String... words) throws Exception {
    List<String> command =
        IntStream.range(0, words.length)
            .mapToObj(i -> i == 0 ? PeerProcess.require(words[0]) : words[i])
            .toList();
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
  }
}
