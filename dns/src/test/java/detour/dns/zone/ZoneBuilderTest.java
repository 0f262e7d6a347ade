package detour.dns.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import detour.dns.wire.Name;
import detour.dns.wire.NameKey;
import detour.dns.wire.RecordType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZoneBuilderTest {
  private static final String APEX = "@ 60 SOA ns1 host 7 2 3 4 5\n@ 60 NS ns1\n";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "www 1 CNAME a; www 1 A 192.0.2.1      | www.example.com. A: a CNAME cannot stand beside",
        "www 1 A 192.0.2.1; www 1 CNAME a      | www.example.com. CNAME: a CNAME cannot stand"
            + " beside",
        "www 1 CNAME a; www 1 CNAME b          | www.example.com. CNAME: there are 2 of them",
        "www 1 DNAME a; www 1 DNAME b          | www.example.com. DNAME: there are 2 of them",
        "@ 1 SOA ns1 host 8 2 3 4 5            | example.com. SOA: there are 2 of them",
        "www 1 SOA ns1 host 8 2 3 4 5          | www.example.com. SOA: the SOA belongs to the apex",
        "other.example.org. 1 A 192.0.2.1      | other.example.org. A: the name is outside the"
            + " zone",
        "child 1 NS a; child 1 DNAME b         | child.example.com. DNAME: a DNAME cannot stand"
            + " where",
        "* 1 NS a                              | *.example.com. NS: a wildcard cannot",
        "*.b 1 DNAME a                         | *.b.example.com. DNAME: a wildcard cannot",
      })
  void shouldRefuseWhatCannotStand(String records, String message) {
    ZoneBuilder builder = new ZoneBuilder(Name.parse("example.com"));
    assertThatThrownBy(
            () -> {
              ZoneTexts.addAll(builder, "example.com", APEX + records.replace("; ", "\n") + "\n");
              builder.build();
            })
        .isInstanceOf(ZoneException.class)
        .hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource({
    "0,     60,         00,         no zone can hold",
    "41,    60,         00,         no zone can hold",
    "255,   60,         00,         no zone can hold",
    "65536, 60,         00,         no zone can hold",
    "16,    -1,         00,         not within 0 to 2147483647",
    "16,    2147483648, 00,         not within 0 to 2147483647",
    "1,     60,         010203,     an IPv4 address has 4 octets",
    "28,    60,         010203,     an IPv6 address has 16 octets",
    "2,     60,         0161,       end with one uncompressed name",
    "2,     60,         016100ff,   end with one uncompressed name",
    "15,    60,         00,         end with one uncompressed name",
    "33,    60,         0001,       end with one uncompressed name",
    "5,     60,         c00c,       end with one uncompressed name",
    "6,     60,         0000,       two names and five numbers",
  })
  void shouldRefuseMalformedRecords(int type, long ttl, String hex, String message) {
    byte[] data = java.util.HexFormat.of().parseHex(hex);
    assertThatThrownBy(() -> new ZoneBuilder(Name.ROOT).add(Name.parse("a"), type, ttl, data))
        .isInstanceOf(ZoneException.class)
        .hasMessageStartingWith("a.")
        .hasMessageContaining(message);
  }

  @Test
  void shouldRefuseZonesWithoutSoaOrNs() {
    ZoneBuilder empty = new ZoneBuilder(Name.parse("example.com"));
    assertThatThrownBy(empty::build).hasMessage("example.com. SOA: the zone has none");
    ZoneBuilder noNs = new ZoneBuilder(Name.parse("example.com"));
    assertThatThrownBy(
            () -> {
              ZoneTexts.addAll(noNs, "example.com", "@ 60 SOA ns1 host 7 2 3 4 5\n");
              noNs.build();
            })
        .hasMessage("example.com. NS: the zone has none at its apex");
  }

  @Test
  void shouldRefuseSetsThatFitIntoNoMessage() throws ZoneException {
    ZoneBuilder builder = ZoneTexts.builder("example.com", "");
    for (int i = 0; i < 2; i++) {
      byte[] data = new byte[33_000];
      data[0] = (byte) i;
      builder.add(Name.parse("big.example.com"), 65280, 60, data);
    }
    assertThatThrownBy(builder::build)
        .hasMessage("big.example.com. TYPE65280: all records together do not fit into one message");
  }

  @Test
  void shouldRefuseServicesWhereTheyCannotStand() throws ZoneException {
    ZoneBuilder builder =
        ZoneTexts.builder(
            "example.com", "a A 192.0.2.1\nc CNAME a\nchild NS ns.child\nd DNAME a\n");
    builder.service(Name.parse("www.example.com"), 0);
    assertRefused(builder, "a.example.com", "A, AAAA or CNAME");
    assertRefused(builder, "c.example.com", "A, AAAA or CNAME");
    assertRefused(builder, "child.example.com", "delegated");
    assertRefused(builder, "x.child.example.com", "delegated");
    assertRefused(builder, "www.example.com", "a service already");
    assertRefused(builder, "www.example.org", "outside the zone");
    assertThatThrownBy(
            () -> builder.add(Name.parse("www.example.com"), RecordType.A, 1, new byte[4]))
        .hasMessageContaining("the name is a service");
    assertThatThrownBy(
            () -> builder.add(Name.parse("www.example.com"), RecordType.CNAME, 1, new byte[1]))
        .hasMessageContaining("beside other records or a service");
    builder.service(Name.parse("x.d.example.com"), 1);
    assertThatThrownBy(builder::build)
        .hasMessage(
            "x.d.example.com. service: the name lies below a delegation or a DNAME of the zone");
  }

  @Test
  void shouldDropDuplicatesAndTakeTheLowestTtl() {
    Zone zone =
        ZoneTexts.zone("example.com", "a 60 A 192.0.2.1\nA 30 A 192.0.2.1\na 90 A 192.0.2.2\n");
    List<String> seen = new ArrayList<>();
    zone.forEachRecord(
        (owner, type, ttl, data) -> seen.add(owner + " " + RecordType.name(type) + " " + ttl));
    assertThat(seen)
        .containsExactly(
            "example.com. SOA 3600",
            "example.com. NS 3600",
            "a.example.com. A 30",
            "a.example.com. A 30");
    assertThat(zone.recordCount()).isEqualTo(4);
  }

  @Test
  void shouldTellSerialAndNegativeTtl() {
    Zone zone = ZoneTexts.zone("example.com", "");
    assertThat(zone.serial()).isEqualTo(2026112200L);
    assertThat(zone.negativeTtlSeconds()).isEqualTo(300);
    assertThat(zone.origin()).isEqualTo(Name.parse("EXAMPLE.com"));
  }

  @Test
  void shouldShowOccludedRecordsToo() {
    Zone zone = ZoneTexts.zone("example.com", "child NS ns.child\nns.child A 192.0.2.1\n");
    List<Name> owners = new ArrayList<>();
    zone.forEachRecord((owner, type, ttl, data) -> owners.add(owner));
    assertThat(owners).contains(Name.parse("ns.child.example.com"));
  }

  @Test
  void shouldTellWhereAnAliasMayStand() throws ZoneException {
    ZoneBuilder builder = ZoneTexts.builder("example.com", "beside TXT x\n");
    builder.service(Name.parse("beside.example.com"), 0);
    builder.service(Name.parse("alone.example.com"), 1);
    builder.service(Name.parse("example.com"), 2);
    Zone zone = builder.build();
    assertThat(zone.mayHoldAlias(Name.parse("example.com"))).isFalse();
    assertThat(zone.mayHoldAlias(Name.parse("beside.example.com"))).isFalse();
    assertThat(zone.mayHoldAlias(Name.parse("alone.example.com"))).isTrue();
  }

  @Test
  void shouldHoldTheRootZone() {
    Zone zone = ZoneTexts.zone(".", "com NS ns.com\nns.com A 192.0.2.1\n");
    Lookup lookup = new Lookup();
    assertThat(zone.lookup(new NameKey().set(Name.parse("a.b.com")), RecordType.A, lookup))
        .isEqualTo(Lookup.Outcome.DELEGATION);
    assertThat(zone.lookup(new NameKey().set(Name.parse("org")), RecordType.A, lookup))
        .isEqualTo(Lookup.Outcome.NAME_ERROR);
  }

  @Test
  void shouldHoldManyNamesInLittleMoreThanTheirWireSize() throws ZoneException {
    ZoneBuilder builder = ZoneTexts.builder("example.com", "");
    int count = 50_000;
    long wire = 0;
    for (int i = 0; i < count; i++) {
      Name owner = Name.parse("host" + i + ".example.com");
      builder.add(
          owner, RecordType.A, 60, new byte[] {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i});
      wire += owner.octets() + 14;
    }
    Zone zone = builder.build();
    assertThat(zone.recordCount()).isEqualTo(count + 2);
    assertThat((double) zone.packedOctets()).isLessThan(1.5 * wire);
    Lookup lookup = new Lookup();
    NameKey key = new NameKey();
    for (int i = 0; i < count; i++) {
      assertThat(
              zone.lookup(key.set(Name.parse("HOST" + i + ".example.com")), RecordType.A, lookup)
                      == Lookup.Outcome.ANSWER
                  && zone.packed()[zone.records(lookup.recordSet()) + 15] == (byte) i)
          .isTrue();
    }
  }

  private static void assertRefused(ZoneBuilder builder, String name, String message) {
    assertThatThrownBy(() -> builder.service(Name.parse(name), 5))
        .isInstanceOf(ZoneException.class)
        .hasMessageStartingWith(name + ". service")
        .hasMessageContaining(message);
  }
}
