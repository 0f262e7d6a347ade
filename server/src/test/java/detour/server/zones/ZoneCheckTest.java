package detour.server.zones;

import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.wire.Name;
import detour.dns.wire.RecordType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Each rule by the least zone that breaks it, and by one beside it that does not.
class ZoneCheckTest {
  private static final Name ORIGIN = Name.parse("example.com");
  private static final String SOA = "@ SOA ns1 hostmaster 1 3600 900 1209600 300\n";
  private static final String APEX = "$TTL 300\n" + SOA + "@ NS ns1\nns1 A 192.0.2.1\n";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      maxCharsPerColumn = 10_000,
      value = {
        // Where a name server cannot be reached.
        "ns2 A 192.0.2.2;@ NS ns2                            | ",
        "@ NS ns2.example.net.                               | ",
        "@ NS ns2                | 5:1 ns-address example.com. NS: ns2.example.com. has no address"
            + " in this zone",
        "@ NS txt;txt TXT x      | 5:1 ns-address example.com. NS: txt.example.com. has no address"
            + " in this zone",
        "@ NS a;a CNAME ns1      | 5:1 ns-alias example.com. NS: a.example.com. is an alias, and a"
            + " name server must not be one",
        "@ NS x.d;d DNAME example.net. | 5:1 ns-alias example.com. NS: x.d.example.com. is an"
            + " alias, and a name server must not be one",
        "@ NS x.w;*.w A 192.0.2.2                            | ",
        "sub NS ns1                                          | ",
        "sub NS ns.sub;ns.sub A 192.0.2.2                    | ",
        "sub NS ns.sub;ns.sub AAAA 2001:db8::1               | ",
        "sub NS ns.sub           | 5:1 glue sub.example.com. NS: ns.sub.example.com. is below the"
            + " delegation of sub.example.com. and has no address here as glue, so that nobody can"
            + " reach it",
        "sub NS sub              | 5:1 glue sub.example.com. NS: sub.example.com. is below the"
            + " delegation of sub.example.com. and has no address here as glue, so that nobody can"
            + " reach it",
        "sub NS sub;sub A 192.0.2.2                          | ",
        "a NS ns.b;b NS ns2.example.net. | 5:1 glue a.example.com. NS: ns.b.example.com. is below"
            + " the delegation of b.example.com. and has no address here as glue, so that nobody"
            + " can reach it",
        "a NS ns.b;b NS ns.b;ns.b A 192.0.2.2                | ",
        // What nobody is answered with.
        "sub NS ns1;x.sub TXT x  | 6:1 occluded x.sub.example.com. TXT is below the delegation of"
            + " sub.example.com. and never answered",
        "sub NS ns1;sub TXT x    | 6:1 occluded sub.example.com. TXT is at the delegation of"
            + " sub.example.com. and never answered",
        "sub NS ns1;x.sub A 192.0.2.2 | 6:1 occluded x.sub.example.com. A is below the delegation"
            + " of sub.example.com. and never answered",
        "sub NS ns1;x.sub NS ns1 | 6:1 occluded x.sub.example.com. NS is below the delegation of"
            + " sub.example.com. and never answered",
        "sub NS ns1;sub DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118 | ",
        "sub DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118 | 5:1 ds sub.example.com. DS:"
            + " there is no delegation at this name",
        "d DNAME example.net.;x.d TXT x | 6:1 occluded x.d.example.com. TXT is below the DNAME of"
            + " d.example.com. and never answered (RFC 6672 section 2.4)",
        "d DNAME example.net.;d TXT x                        | ",
        // Where records point to.
        "m MX 10 ns1;m MX 20 mx.example.net.;m MX 30 x.w;*.w A 192.0.2.2 | ",
        "m MX 0 .;s SRV 0 0 0 .                              | ",
        "m MX 10 gone            | 5:1 mx-address m.example.com. MX: gone.example.com. has no"
            + " address in this zone",
        "m MX 10 a;a CNAME ns1   | 5:1 mx-alias m.example.com. MX: a.example.com. is an alias,"
            + " where the name of a host must stand",
        "s SRV 1 2 3 gone        | 5:1 srv-address s.example.com. SRV: gone.example.com. has no"
            + " address in this zone",
        "s SRV 1 2 3 x.w;*.w CNAME ns1 | 5:1 srv-alias s.example.com. SRV: x.w.example.com. is an"
            + " alias, where the name of a host must stand",
        "m MX 10 x.sub;sub NS ns1                            | ",
        "c CNAME ns1;d CNAME www.example.net.;e CNAME ent;x.ent TXT x | ",
        "c CNAME gone            | 5:1 cname-nowhere c.example.com. CNAME: gone.example.com. does"
            + " not exist in this zone",
        "c CNAME c               | 5:1 cname-loop c.example.com. CNAME: the aliases lead back to"
            + " this name",
        "a CNAME b;b CNAME a;c CNAME a | 5:1 cname-loop a.example.com. CNAME: the aliases lead back"
            + " to this name; 6:1 cname-loop b.example.com. CNAME: the aliases lead back to this"
            + " name",
        // What was written and not meant.
        "www.example.com A 192.0.2.2 | 5:1 missing-dot www.example.com.example.com. ends with the"
            + " zone's name twice: is a final dot missing?",
        "m MX 10 mx.example.com  | 5:1 missing-dot m.example.com. MX: mx.example.com.example.com."
            + " ends with the zone's name twice: is a final dot missing?",
        "@ NS ns1.example.com    | 5:1 missing-dot example.com. NS: ns1.example.com.example.com."
            + " ends with the zone's name twice: is a final dot missing?",
        "m MX 10 192.0.2.2.      | 5:1 address-as-name m.example.com. MX: 192.0.2.2. looks like an"
            + " address: expected the name of a host",
        "@ NS 192.0.2.2          | 5:1 address-as-name example.com. NS: 192.0.2.2.example.com."
            + " looks like an address: expected the name of a host",
        "1.2.0.192 PTR 1.2.3.4                               | ",
        "x 60 TXT a;x 90 TXT b;x 60 TXT c | 6:1 ttl-differs x.example.com. TXT: the TTLs of this"
            + " set differ, 60 and 90; the lowest, 60, is answered for all",
        "x 60 TXT a;x 90 A 192.0.2.2                         | ",
        "x TXT a;X TXT a         | 6:1 duplicate X.example.com. TXT: this record is there already;"
            + " it counts once",
        "* TXT a;*.x TXT b                                   | ",
        "a.* TXT a               | 5:1 wildcard a.*.example.com.: an asterisk that is not the first"
            + " label matches only itself",
        "*x TXT a                | 5:1 wildcard *x.example.com.: an asterisk beside other letters"
            + " matches only itself",
        "$GENERATE 1-2 g$ MX 10 gone$ | 5:1 mx-address g1.example.com. MX: gone1.example.com. has"
            + " no address in this zone; 5:1 mx-address g2.example.com. MX: gone2.example.com. has"
            + " no address in this zone"
      })
  void shouldWarn(String lines, String expected) throws Exception {
    ZoneCheck check = check(APEX + lines.replace(';', '\n') + "\n");

    assertThat(check.count(Finding.Severity.ERROR)).isZero();
    assertThat(check.findings().stream().map(ZoneCheckTest::text))
        .isEqualTo(expected == null ? List.of() : Arrays.asList(expected.split("; (?=\\d)", -1)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hostmaster 1 3600 900 1209600 300           | ",
        "host\\.master.example.net. 1 3600 900 1209600 86400 | ",
        "hostmaster@example.com. 1 3600 900 1209600 300 | soa-mailbox the mailbox"
            + " hostmaster@example.com. has an at sign: it is written as a domain name,"
            + " hostmaster.example.com.",
        "hostmaster. 1 3600 900 1209600 300          | soa-mailbox the mailbox hostmaster. is no"
            + " mail address: expected one as hostmaster.example.com.",
        ". 1 3600 900 1209600 300                    | soa-mailbox the mailbox . is no mail"
            + " address: expected one as hostmaster.example.com.",
        "hostmaster 0 3600 900 1209600 300           | soa-serial the serial is 0, which some"
            + " secondaries take for none",
        "hostmaster 1 900 900 1209600 300            | soa-timers retry, 900 s, is not shorter than"
            + " refresh, 900 s",
        "hostmaster 1 3600 900 4000 300              | soa-timers expire, 4000 s, is shorter than"
            + " refresh and retry together, 4500 s: secondaries give up after one failed transfer",
        "hostmaster 1 3600 900 1209600 86401         | soa-timers the last field, 86401 s, is how"
            + " long an absence is kept (RFC 2308): more than a day",
        "hostmaster 1 0 900 1209600 300              | soa-timers a refresh, retry or expire of 0"
            + " makes secondaries ask without pause, or give up at once"
      })
  void shouldLookAtTheSoa(String soa, String expected) throws Exception {
    ZoneCheck check = check("$TTL 300\n@ SOA ns1 " + soa + "\n@ NS ns1\nns1 A 192.0.2.1\n");

    assertThat(check.findings().stream().map(ZoneCheckTest::text))
        .isEqualTo(expected == null ? List.of() : List.of("2:1 " + expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "@ NS ns1;ns1 A 192.0.2.1     | 0:0 example.com. SOA: the zone has none",
        "a A 1.2.3                    | 2:5 expected an IPv4 address, found '1.2.3'",
        "a CNAME b;a TXT x            | 3:1 a.example.com. TXT: a CNAME cannot stand beside other"
            + " records or a service",
        "a.example.net. TXT x         | 2:1 a.example.net. TXT: the name is outside the zone"
            + " example.com.",
        "* NS ns1                     | 2:1 *.example.com. NS: a wildcard cannot redirect or"
            + " delegate (RFC 4592 sections 4.2, 4.4)"
      })
  void shouldSayWhyAZoneIsRefused(String lines, String expected) throws Exception {
    ZoneCheck check = check("$TTL 300\n" + lines.replace(';', '\n') + "\n");

    assertThat(check.findings().getFirst().severity()).isEqualTo(Finding.Severity.ERROR);
    assertThat(check.findings().getFirst().rule()).isEqualTo("refused");
    assertThat(text(check.findings().getFirst()).replaceFirst(" refused", "")).isEqualTo(expected);
  }

  @Test
  void shouldSayThatTheApexHasNoNameServer() throws Exception {
    assertThat(check("$TTL 300\n" + SOA).findings())
        .containsExactly(
            Finding.error(
                "refused",
                folder.resolve("zone").toString(),
                0,
                0,
                "example.com. NS: the zone has none at its apex"));
  }

  @Test
  void shouldTakeServicesForAddresses() throws Exception {
    Name service = Name.parse("www.example.com");
    String zone = APEX + "m MX 10 www\nc CNAME www\n@ NS www\n";

    assertThat(check(zone).findings()).hasSize(3);
    assertThat(ZoneCheck.of(read(zone, service)).findings()).isEmpty();
    assertThat(ZoneCheck.of(read(zone + "www A 192.0.2.9\n", service)).findings())
        .extracting(Finding::message)
        .containsExactly(
            "www.example.com. service: the zone has A, AAAA or CNAME records there; remove one or"
                + " the other");
  }

  @Test
  void shouldNameTheIncludedFile() throws Exception {
    Path included = Files.writeString(folder.resolve("part"), "\nm MX 10 gone\n");
    List<Finding> findings = check(APEX + "$INCLUDE part\nn MX 10 gone\n").findings();

    assertThat(findings)
        .extracting(Finding::placeText)
        .containsExactly(included + ":2:1: ", folder.resolve("zone") + ":6:1: ");
  }

  @Test
  void shouldCountTheColumnOfARecordWithoutOwner() throws Exception {
    assertThat(check(APEX + "m TXT x\n\t MX ( 10\n gone )\n").findings())
        .extracting(Finding::placeText)
        .containsExactly(folder.resolve("zone") + ":6:3: ");
  }

  @Test
  void shouldSayThatAFileIsNotThere() {
    ZoneContent missing =
        ZoneContent.read(folder.resolve("none"), ORIGIN, ZoneContent.Services.NONE);

    assertThat(ZoneCheck.of(missing).findings())
        .extracting(Finding::message)
        .containsExactly("there is no such file");
    assertThat(ZoneCheck.of(missing).serial()).isNull();
  }

  /// RFC 1982 section 3.2.
  @ParameterizedTest
  @CsvSource({
    "2, 1, true",
    "1, 1, false",
    "1, 2, false",
    "0, 4294967295, true",
    "4294967295, 0, false",
    "2147483648, 1, true",
    "2147483649, 1, false"
  })
  void shouldCompareSerialsAsSecondariesDo(long serial, long than, boolean newer) {
    assertThat(ZoneCheck.isNewer(serial, than)).isEqualTo(newer);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 7})
  void shouldWarnOfASerialThatIsNotNewer(long served) throws Exception {
    ZoneCheck check = check(APEX).against(OptionalLong.of(served), "192.0.2.53");

    assertThat(check.findings())
        .extracting(Finding::message)
        .containsExactly(
            served == 1
                ? "the serial 1 is the one that 192.0.2.53 serves: raise it if the zone has changed"
                : "the serial 1 is not newer than 7, which 192.0.2.53 serves");
    assertThat(check(APEX).against(OptionalLong.of(0), "x").findings()).isEmpty();
    assertThat(check(APEX).against(OptionalLong.empty(), "x").findings()).isEmpty();
  }

  private ZoneCheck check(String zone) throws Exception {
    Path file = Files.writeString(folder.resolve("zone"), zone);
    return ZoneCheck.of(ZoneContent.read(file, ORIGIN, ZoneContent.Services.NONE));
  }

  private ZoneContent read(String zone, Name service) throws Exception {
    Path file = Files.writeString(folder.resolve("zone"), zone);
    return ZoneContent.read(
        file,
        ORIGIN,
        new ZoneContent.Services(
            List.of(),
            Map.of(service, new ServedName(Set.of(RecordType.A, RecordType.AAAA), List.of()))));
  }

  private static String text(Finding finding) {
    return finding.line() + ":" + finding.column() + " " + finding.rule() + " " + finding.message();
  }
}
