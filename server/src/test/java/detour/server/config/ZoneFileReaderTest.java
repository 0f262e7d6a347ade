package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.wire.Name;
import detour.dns.zone.ZoneException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Master;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

final class ZoneFileReaderTest {
  private static final Name ORIGIN = Name.parse("example.com");
  private static final String SOA = "@ IN SOA ns1 hostmaster 1 1h 15m 2w 30s\n";

  /// Every form that this reader and dnsjava's both know.
  private static final String MANY_FORMS =
      """
      $TTL 1h
      @ IN SOA ns1 host\\.master ( 2026112201 ; serial
             3600  ; refresh (with a parenthesis)
             15m 2w 30s )
      \t\tIN NS ns1
          300 IN NS ns2.example.net.
      ns1 60 A 192.0.2.1
      ns1 IN 61 AAAA 2001:db8::1
      mapped AAAA ::ffff:192.0.2.1
      MiXed A 255.0.10.9
      mail MX 10 mail
           MX 20 .
      txt TXT "a;b (c)" bare \\"quoted\\" "" \\065\\255
      _sip._tcp SRV 0 5 5060 sip.example.net.
      *.wild CNAME @
      sub 1d2h NS ns.sub
      $ORIGIN sub.example.com.
      ns A 192.0.2.53
      @ DS 60485 5 1 ( 2BB183AF5F22588179A53B0A
                       98631FAD1A292118 )
      $ORIGIN example.com.
      caa CAA 0 issue "letsencrypt.org"
      d DNAME sub
      p PTR x.y
      esc\\.aped\\032name A 192.0.2.2
      svc HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.1
      naptr NAPTR 100 50 "s" "http+N2L" "" www
      tlsa TLSA 3 1 1 0102
      unknown TYPE65280 \\# 3 0102 03
      empty TYPE65280 \\# 0
      generic A \\# 4 c0000201
      class CLASS1 A 192.0.2.3
      $GENERATE 1-3 h$ A 192.0.2.$
      $GENERATE 0-4/2 x${10,4,d} CNAME h${0,0,x}
      """;

  @TempDir Path folder;

  @Test
  void shouldReadTheRecordsThatDnsjavaReads() throws Exception {
    List<String> expected = new ArrayList<>();
    Path file = write("zone", MANY_FORMS);
    try (Master master = new Master(file.toString(), new org.xbill.DNS.Name("example.com."))) {
      for (Record record = master.nextRecord(); record != null; record = master.nextRecord()) {
        byte[] wire = record.toWire(Section.ANSWER);
        int data = record.getName().length() + 10;
        expected.add(
            line(
                Name.ofWire(record.getName().toWire()),
                record.getType(),
                record.getTTL(),
                java.util.Arrays.copyOfRange(wire, data, wire.length)));
      }
    }
    List<String> read = new ArrayList<>();
    ZoneFileReader.Outcome outcome =
        ZoneFileReader.read(
            file, ORIGIN, (owner, type, ttl, rdata) -> read.add(line(owner, type, ttl, rdata)));
    assertThat(outcome.problems()).isEmpty();
    assertThat(read).containsExactlyElementsOf(expected).hasSizeGreaterThan(30);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          www A 192.0.2.1                     | 1:5: this record has no TTL: give it one, or write a $TTL line above
          www 60 A                            | 1:9: the data ends too early: expected an IPv4 address
          www 60 A 192.0.2.1 x                | 1:20: too much data: expected an IPv4 address and no more
          www 60 A 192.0.2                    | 1:10: expected an IPv4 address, found '192.0.2'
          www 60 A 192.0.2.1.5                | 1:10: expected an IPv4 address, found '192.0.2.1.5'
          www 60 A 192.0.2.256                | 1:10: expected an IPv4 address, found '192.0.2.256'
          www 60 A 192.0.2.01                 | 1:10: expected an IPv4 address, found '192.0.2.01'
          www 60 AAAA 192.0.2.1               | 1:13: expected an IPv6 address, found '192.0.2.1'
          www 60 AAAA fe80::1%eth0            | 1:13: expected an IPv6 address, found 'fe80::1%eth0'
          www 60 AAA ::1                      | 1:8: expected a TTL, the class IN or a type, found 'AAA'; types without a name are written TYPE123
          www 60 CH A 192.0.2.1               | 1:8: the class CH is not served: expected IN
          www 60 IN                           | 1:10: the record ends too early: expected a type and data
          www 60 ANY x                        | 1:8: records of type ANY are in no zone
          www 60 MX mail                      | 1:15: the data ends too early: expected a preference and a domain name
          www 60 MX 70000 mail                | 1:11: expected a number up to 65535, found '70000'
          www 60 CNAME a..b                   | 1:14: 'a..b' is no domain name: it has an empty label
          www 60 CNAME \\999                  | 1:14: an escape is at most \\255
          www 60 CNAME \\1                    | 1:14: a backslash and a digit need two more digits, as \\032
          a.b..c 60 A 192.0.2.1               | 1:1: 'a.b..c' is no domain name: it has an empty label
          www 99999999999 A 192.0.2.1         | 1:5: expected seconds, or a time as 1h30m, up to 2147483647s, found '99999999999'
          www 1h30 A 192.0.2.1                | 1:5: expected seconds, or a time as 1h30m, up to 2147483647s, found '1h30'
          www 60 TXT                          | 1:11: the data ends too early: expected text
          www 60 TXT "open                    | 1:12: this quote is not closed in its line
          www 60 TXT a ) b                    | 1:14: ')' without a '(' before it
          www 60 TXT ( a                      | 1:12: this '(' is never closed
          www 60 TXT ( a ( b ) )              | 1:16: a parenthesis inside parentheses
          www 60 TYPE65280 \\# 2 01           | 1:21: the length says 2 octets, the data has 1
          www 60 TYPE65280 \\# 1 0g           | 1:23: expected pairs of hexadecimal digits
          www 60 A \\# 3 010203               | 1:10: this is no data of type A
          www 60 CAA 0 issue                  | 1:12: this is no data of type CAA
          $TTL                                | 1:1: $TTL is followed by a time
          $ORIGIN a b                         | 1:11: $ORIGIN is followed by a domain name
          $FOO a                              | 1:1: unknown directive '$FOO': expected $ORIGIN, $TTL, $INCLUDE or $GENERATE
          $INCLUDE missing.zone               | 1:10: $INCLUDE 'missing.zone': there is no such file
          $GENERATE 1-x a 60 A 192.0.2.1      | 1:11: expected a range as 1-100 or 0-100/2, found '1-x'
          $GENERATE 1-4000000000 a A 192.0.2.1| 1:11: expected a range as 1-100 or 0-100/2, found '1-4000000000'
          $GENERATE 1-99999 a 60 A 192.0.2.1  | 1:11: a range goes upwards and has at most 65536 numbers
          $GENERATE 1-2 a$ 60 A 192.0.2.x     | 1:1: expected an IPv4 address, found '192.0.2.x', in 'a1 60 A 192.0.2.x'
          $GENERATE 1-2 a${x} 60 A 192.0.2.1  | 1:15: expected ${offset,width,base} with base d, o, x or X
          """)
  void shouldSayWhatIsWrongAndWhere(String text, String problem) {
    assertThat(problems(text.strip().replace("\\\\", "\\") + "\n"))
        .singleElement()
        .asString()
        .startsWith("zone:" + problem.strip().replace("\\\\", "\\"));
  }

  @Test
  void shouldReportAllProblemsAndStillReadTheRest() {
    List<String> read = new ArrayList<>();
    ZoneFileReader.Outcome outcome =
        parse(
            SOA
                + "a A x\n"
                + "  A 192.0.2.1\n"
                + "b..c A 192.0.2.2\n"
                + "  A 192.0.2.3\n"
                + "d TXT (\n"
                + " \"x\n"
                + ")\n"
                + "e A 192.0.2.4\n",
            read);
    assertThat(outcome.problems().stream().map(Problem::toString))
        .containsExactly(
            "zone:2:5: expected an IPv4 address, found 'x'",
            "zone:4:1: 'b..c' is no domain name: it has an empty label",
            "zone:7:2: this quote is not closed in its line",
            "zone:8:1: ')' without a '(' before it");
    assertThat(read)
        .containsExactly("example.com. 30 SOA", "a.example.com. 30 A", "e.example.com. 30 A");
  }

  @Test
  void shouldEndAfterFiftyProblems() {
    List<String> problems = problems("a 60 A x\n".repeat(80));
    assertThat(problems).hasSize(ZoneFileReader.MOST_PROBLEMS + 1);
    assertThat(problems.getLast()).contains("reading ends after 50 problems");
  }

  @Test
  void shouldCountColumnsInCharacters() {
    assertThat(problems("a 60 TXT \"äöü€\" ) \n"))
        .containsExactly("zone:1:17: ')' without a '(' before it");
  }

  @Test
  void shouldReportWhatTheZoneRefuses() {
    ZoneFileReader.Outcome outcome =
        ZoneFileReader.parse(
            Path.of("zone"),
            (SOA + "a A 192.0.2.1\n").getBytes(StandardCharsets.UTF_8),
            ORIGIN,
            (owner, type, ttl, rdata) -> {
              if (type == Type.A) {
                throw new ZoneException("no room");
              }
            });
    assertThat(outcome.problems()).singleElement().hasToString("zone:2:1: no room");
  }

  @Test
  void shouldTakeARelativeOriginAsBelowTheOneBefore() {
    List<String> read = new ArrayList<>();
    parse("$ORIGIN sub\n$ORIGIN deep\n@ 60 A 192.0.2.1\n", read);
    assertThat(read).containsExactly("deep.sub.example.com. 60 A");
  }

  @Test
  void shouldTakeTheLastTtlWhereNoDefaultIsGiven() {
    List<String> read = new ArrayList<>();
    parse(
        "a 60 A 192.0.2.1\nb A 192.0.2.1\n$TTL 5m\nc A 192.0.2.1\nd 7 A 192.0.2.1\ne A 192.0.2.1\n",
        read);
    assertThat(read)
        .containsExactly(
            "a.example.com. 60 A",
            "b.example.com. 60 A",
            "c.example.com. 300 A",
            "d.example.com. 7 A",
            "e.example.com. 300 A");
  }

  @Test
  void shouldIncludeRelativeToTheIncludingFileAndKeepTheOrigin() throws IOException {
    Files.createDirectories(folder.resolve("parts"));
    write("parts/inner", "deep A 192.0.2.9\n");
    write("parts/outer", "$ORIGIN lost\nx A 192.0.2.1\n$INCLUDE inner in.outer.\n");
    Path zone =
        write("zone", "$TTL 60\nfirst A 192.0.2.1\n$INCLUDE \"parts/outer\" sub\n A 192.0.2.2\n");
    List<String> read = new ArrayList<>();
    ZoneFileReader.Outcome outcome = ZoneFileReader.read(zone, ORIGIN, sink(read));
    assertThat(outcome.problems()).isEmpty();
    assertThat(read)
        .containsExactly(
            "first.example.com. 60 A",
            "x.lost.sub.example.com. 60 A",
            "deep.in.outer. 60 A",
            "first.example.com. 60 A");
    assertThat(outcome.sources())
        .containsExactly(zone, folder.resolve("parts/outer"), folder.resolve("parts/inner"));
  }

  @Test
  void shouldFindFilesThatIncludeThemselves() throws IOException {
    write("b", "$INCLUDE a\n");
    Path a = write("a", "$INCLUDE b\n");
    assertThat(ZoneFileReader.read(a, ORIGIN, (_, _, _, _) -> {}).problems())
        .singleElement()
        .asString()
        .isEqualTo(folder + "/b:1:10: $INCLUDE 'a': " + folder.resolve("a") + " includes itself");
  }

  @Test
  void shouldRefuseIncludesThatAreTooDeep() throws IOException {
    for (int i = 0; i < 15; i++) {
      write("f" + i, "$INCLUDE f" + (i + 1) + "\n");
    }
    assertThat(ZoneFileReader.read(folder.resolve("f0"), ORIGIN, (_, _, _, _) -> {}).problems())
        .singleElement()
        .asString()
        .contains("more than 10 deep");
  }

  @Test
  void shouldRefuseWhatIsNoFile() {
    assertThat(ZoneFileReader.read(folder, ORIGIN, (_, _, _, _) -> {}).problems())
        .singleElement()
        .hasToString(folder + ": is no regular file");
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static List<String> problems(String text) {
    return parse(text, new ArrayList<>()).problems().stream().map(Problem::toString).toList();
  }

  private static ZoneFileReader.Outcome parse(String text, List<String> read) {
    return ZoneFileReader.parse(
        Path.of("zone"), text.getBytes(StandardCharsets.UTF_8), ORIGIN, sink(read));
  }

  private static ZoneFileReader.RecordSink sink(List<String> read) {
    return (owner, type, ttl, rdata) -> read.add(owner + " " + ttl + " " + Type.string(type));
  }

  private static String line(Name owner, int type, long ttl, byte[] rdata) {
    return owner + " " + ttl + " " + Type.string(type) + " " + HexFormat.of().formatHex(rdata);
  }
}
