package detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.wire.DataField;
import detour.dns.wire.DataText;
import detour.dns.wire.Name;
import detour.dns.wire.RecordFormat;
import detour.dns.wire.RecordType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/// Data of every type, from its presentation form to the wire and back, held against dnsjava where
/// that knows the type.
final class RecordTypesTest {
  private static final Name ORIGIN = Name.parse("example.com");

  /// One or more of each type that has a presentation form of its own.
  private static final String SAMPLES =
      """
      A 192.0.2.1
      NS ns1
      MD mail
      MF mail
      CNAME www
      SOA ns1 host\\.master 1 3600 900 1209600 30
      MB host
      MG group
      MR new
      PTR host
      HINFO "PC Intel" Linux
      MINFO admin errors
      MX 10 mail
      TXT "a;b" "" \\"q\\" \\000\\255
      RP admin text
      AFSDB 1 cell
      X25 311061700956
      ISDN 150862028003217 004
      RT 2 relay
      NSAP 0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00
      NSAP-PTR host
      SIG A 8 2 60 20380119031407 20260101000000 12345 signer AQID
      KEY 256 3 8 AQID
      PX 10 map822 mapx400
      GPOS -32.6882 116.8652 10.0
      AAAA 2001:db8::1
      AAAA ::ffff:192.0.2.1
      AAAA 2001:db8:0:0:1:0:0:1
      AAAA ::
      LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
      LOC 42 21 54 S 71 06 18 W 42849672.95m 90000000.00m
      LOC 42 N 71 6 W 12
      EID e32c6f78163a9348
      NIMLOC 7519bd
      SRV 0 5 5060 sip
      NAPTR 100 50 "s" "http+I2R" "!^.*$!x\\\\y!" _http._tcp
      KX 1 kx
      CERT 1 12345 8 AQIDBA==
      DNAME other
      APL 1:192.168.32.0/21 !1:192.168.38.0/28 2:2001:db8::/32 1:0.0.0.0/0
      DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118
      SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789
      IPSECKEY 10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtu
      IPSECKEY 10 0 2 . AQNRU3mG7TVTO2BkR47usntb102uFJtu
      IPSECKEY 10 2 2 2001:db8::2 AQNRU3mG7TVTO2BkR47usntb102uFJtu
      IPSECKEY 10 3 2 gateway AQNRU3mG7TVTO2BkR47usntb102uFJtu
      RRSIG TYPE65280 8 2 60 20380119031407 20260101000000 12345 signer AQID
      NSEC next A MX RRSIG NSEC TYPE1234
      NSEC next
      DNSKEY 257 3 8 AQID
      DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=
      NSEC3 1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA
      NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr A
      NSEC3PARAM 1 0 12 aabbccdd
      NSEC3PARAM 1 0 0 -
      TLSA 3 1 1 d2abde240d7cd3ee6b4b28c54df034b9
      SMIMEA 3 1 1 d2abde240d7cd3ee6b4b28c54df034b9
      HIP 2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNuSutc5EMzxTs9LBPCIkOFH8cI rvs1 rvs2
      NINFO "a" "b"
      RKEY 0 3 8 AQID
      TALINK previous next
      CDS 0 0 0 00
      CDNSKEY 0 3 0 AA==
      OPENPGPKEY AQIDBAUG
      CSYNC 66 3 A NS AAAA
      CSYNC 0 0
      ZONEMD 2018031900 1 1 62e6cf51b02e54b9b5f967d547ce43136792901f9f88e637493daaf401c92c279dd10f0edb1c56f8080211f8480ee306
      SVCB 0 pool
      SVCB 1 . mandatory=alpn,port alpn=h2,h3 port=8443 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1
      HTTPS 1 . alpn="h2" ech=AEn+DQ== no-default-alpn
      HTTPS 16 svc port=53 key667="hello\\210qoo" dohpath=/dns-query{?dns} ohttp
      HTTPS 16 svc alpn="f\\\\\\\\oo\\\\,bar,h2"
      DSYNC CDS 1 5359 cds-scanner
      HHIT gqgYdpiYAQJ4GGQ=
      BRID gqgYdpiYAQJ4GGQ=
      SPF "v=spf1 -all"
      UINFO "user"
      UID 1000
      GID 4294967295
      NID 10 0014:4fff:ff20:ee64
      L32 10 10.1.2.0
      L64 10 2001:0DB8:1140:1000
      LP 10 l64-subnet1
      EUI48 00-00-5e-00-53-2A
      EUI64 00-00-5e-ef-10-00-00-2A
      URI 10 1 "ftp://ftp1.example.com/public"
      CAA 128 issue "ca1.example.net; account=230123"
      CAA 0 iodef "mailto:a@example.com"
      AVC "app-name:WOLFGANG"
      AMTRELAY 10 0 0 .
      AMTRELAY 10 1 1 203.0.113.15
      AMTRELAY 10 0 2 2001:db8::15
      AMTRELAY 128 1 3 amtrelays
      RESINFO qnamemin exterr=15-17 "infourl=https://resolver.example.com/guide"
      WALLET BTC "x"
      CLA "x"
      IPN 18446744073709551615
      TA 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118
      DLV 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118
      """;

  static Stream<String> samples() {
    return SAMPLES.lines();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void shouldReadWriteAndReadTheSame(String sample) {
    int type = RecordType.parse(sample.substring(0, sample.indexOf(' '))).orElseThrow();
    byte[] data = read(sample);
    String written = DataText.write(type, data);
    assertThat(written).as("has a form of its own").doesNotStartWith("\\#");
    assertThat(hex(read(RecordType.name(type) + " " + written))).isEqualTo(hex(data));
    byte[] opaque = read(sample.substring(0, sample.indexOf(' ')) + " " + opaque(data));
    assertThat(hex(opaque)).as("RFC 3597 section 5").isEqualTo(hex(data));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void shouldReadAndWriteAsDnsjavaDoes(String sample) {
    String name = sample.substring(0, sample.indexOf(' '));
    int type = RecordType.parse(name).orElseThrow();
    byte[] data = read(sample);
    byte[] other = ofDnsjava(type, sample.substring(name.length() + 1));
    if (other != null) {
      assertThat(hex(data)).isEqualTo(hex(other));
    }
    byte[] back = ofDnsjava(type, DataText.write(type, data));
    if (other != null) {
      assertThat(back == null ? "refused" : hex(back)).isEqualTo(hex(data));
    }
  }

  @Test
  void shouldHaveASampleOfEveryTypeWithAFormat() {
    List<String> sampled =
        samples().map(sample -> sample.substring(0, sample.indexOf(' '))).distinct().toList();
    List<String> known =
        IntStream.range(0, 65_536)
            .filter(type -> !RecordFormat.of(type).isEmpty())
            .mapToObj(RecordType::name)
            .toList();
    assertThat(sampled).containsExactlyInAnyOrderElementsOf(known);
  }

  @Test
  void shouldReadWhatItWritesForDrawnData() {
    Random random = new Random(20261122);
    int compared = 0;
    for (int type = 1; type < 65_536; type++) {
      for (int i = 0; i < 200 && !RecordFormat.of(type).isEmpty(); i++) {
        byte[] data = drawn(type, random);
        assertThat(DataText.isWellFormed(type, data)).as(RecordType.name(type)).isTrue();
        assertReadAgain(type, data);
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(10_000);
  }

  @Test
  void shouldWriteAnyOctetsSoThatTheyAreReadAgain() {
    Random random = new Random(9460);
    for (int type = 1; type < 300; type++) {
      for (int i = 0; i < 200 && !RecordType.isMeta(type); i++) {
        byte[] data = new byte[random.nextInt(24)];
        random.nextBytes(data);
        if (!DataText.write(type, data).startsWith("\\#")) {
          assertReadAgain(type, data);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          HTTPS 1 . alpn                   | alpn needs a value
          HTTPS 1 . port=65536             | port is a number up to 65535
          HTTPS 1 . port=1 port=2          | the parameter port is twice
          HTTPS 1 . no-default-alpn        | no-default-alpn needs alpn beside it
          HTTPS 1 . no-default-alpn=x      | no-default-alpn has no value
          HTTPS 1 . mandatory=port         | mandatory names port, which is not there
          HTTPS 1 . mandatory=mandatory    | mandatory cannot name 'mandatory'
          HTTPS 1 . ipv4hint=2001:db8::1   | ipv4hint: expected an IPv4 address, found '2001:db8::1'
          HTTPS 1 . key01=x                | expected a parameter as alpn=h2
          HTTPS 1 . alpn=a,,b              | a protocol of alpn has 1 to 255 octets
          HTTPS 1                          | the data ends too early: expected a domain name
          HTTPS 70000 .                    | expected a number up to 65535, found '70000'
          LOC 91 N 4 E 0m                  | expected a place, as 52 22 23.000 N
          LOC 52 60 N 4 E 0m               | expected a place, as 52 22 23.000 N
          LOC 52 N 4 E                     | expected a place, as 52 22 23.000 N
          EUI48 00-00-5e-00-53             | expected six pairs of hexadecimal digits
          L64 1 2001:db8:1                 | expected four groups of hexadecimal digits
          CSYNC 1 2 FOO                    | expected a type, found 'FOO'
          LP 1 a b                         | too much data for type LP: expected no more
          L32 1 10.1.2                     | expected an IPv4 address, found '10.1.2'
          AMTRELAY 1 2 0 .                 | expected the discovery bit, 0 or 1, found '2'
          NSEC \\# 4 00000100              | this is no data of type NSEC
          """)
  void shouldSayWhatIsWrong(String record, String problem) {
    List<Problem> problems = new ArrayList<>();
    read(record.replace("\\\\", "\\"), problems);
    assertThat(problems).singleElement().asString().contains(problem.strip());
  }

  private static void assertReadAgain(int type, byte[] data) {
    String text = RecordType.name(type) + " " + DataText.write(type, data);
    assertThat(hex(read(text))).as(text).isEqualTo(hex(data));
  }

  private static byte[] read(String record) {
    List<Problem> problems = new ArrayList<>();
    byte[] data = read(record, problems);
    assertThat(problems).as(record).isEmpty();
    return data;
  }

  private static byte[] read(String record, List<Problem> problems) {
    List<byte[]> read = new ArrayList<>();
    ZoneFileReader.Outcome outcome =
        ZoneFileReader.parse(
            Path.of("zone"),
            ("x 60 IN " + record + "\n").getBytes(StandardCharsets.ISO_8859_1),
            ORIGIN,
            (_, _, _, rdata) -> read.add(rdata));
    problems.addAll(outcome.problems());
    return read.isEmpty() ? new byte[0] : read.getFirst();
  }

  /// Null where dnsjava cannot read it.
  private static byte @Nullable [] ofDnsjava(int type, String text) {
    try {
      Record record =
          Record.fromString(
              org.xbill.DNS.Name.root,
              type,
              DClass.IN,
              0,
              text,
              new org.xbill.DNS.Name("example.com."));
      byte[] wire = record.toWire(Section.ANSWER);
      return Arrays.copyOfRange(wire, 11, wire.length);
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  private static String opaque(byte[] data) {
    return "\\# " + data.length + " " + hex(data);
  }

  private static String hex(byte[] data) {
    return HexFormat.of().formatHex(data);
  }

  private static byte[] drawn(int type, Random random) {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (DataField field : RecordFormat.of(type)) {
      draw(field, random, data);
    }
    return data.toByteArray();
  }

  private static void draw(DataField field, Random random, ByteArrayOutputStream data) {
    switch (field) {
      case U8 -> octets(1, random, data);
      case U16 -> octets(2, random, data);
      case U32 -> octets(4, random, data);
      case U64, LOCATOR, EUI64 -> octets(8, random, data);
      case EUI48 -> octets(6, random, data);
      case IPV4 -> octets(4, random, data);
      case IPV6 -> octets(16, random, data);
      case TIME -> data.writeBytes(new byte[] {(byte) random.nextInt(100), 1, 2, 3});
      case TYPE -> data.writeBytes(new byte[] {0, (byte) (1 + random.nextInt(40))});
      case NAME -> name(random, data);
      case TEXT -> counted(random.nextInt(12), random, data);
      case TEXTS -> {
        for (int i = random.nextInt(4); i >= 0; i--) {
          counted(random.nextInt(40), random, data);
        }
      }
      case TEXT_REST, NSAP, HEX_REST, BASE64_REST, BASE64_OPTIONAL ->
          octets(1 + random.nextInt(30), random, data);
      case TAG -> {
        data.write(3);
        data.writeBytes("tag".getBytes(StandardCharsets.US_ASCII));
      }
      case SALT -> counted(random.nextInt(9), random, data);
      case HASHED_NAME -> counted(20, random, data);
      case TYPES -> types(random, data);
      case IPSEC_GATEWAY -> {
        int kind = random.nextInt(4);
        data.writeBytes(new byte[] {(byte) random.nextInt(), (byte) kind, 2});
        gateway(kind, random, data);
      }
      case AMT_RELAY -> {
        int kind = random.nextInt(4);
        octets(1, random, data);
        data.write(kind | (random.nextBoolean() ? 0x80 : 0));
        gateway(kind, random, data);
      }
      case PREFIXES -> {
        for (int i = random.nextInt(4); i > 0; i--) {
          boolean ipv6 = random.nextBoolean();
          int length = random.nextInt(ipv6 ? 17 : 5);
          data.writeBytes(new byte[] {0, (byte) (ipv6 ? 2 : 1), (byte) random.nextInt(33)});
          data.write(length | (random.nextBoolean() ? 0x80 : 0));
          for (int j = 0; j < length; j++) {
            data.write(1 + random.nextInt(255));
          }
        }
      }
      case LOCATION -> {
        data.writeBytes(new byte[] {0, 0x12, 0x16, 0x13});
        number(0x80000000 + random.nextInt(-324_000_000, 324_000_001), data);
        number(0x80000000 + random.nextInt(-648_000_000, 648_000_001), data);
        number(10_000_000 + random.nextInt(-10_000_000, 10_000_000), data);
      }
      case HOST_IDENTITY -> {
        data.writeBytes(new byte[] {4, 2, 0, 8});
        octets(12, random, data);
        name(random, data);
      }
      case PARAMETERS -> {
        if (random.nextBoolean()) {
          data.writeBytes(new byte[] {0, 1, 0, 5, 4});
          octets(4, random, data);
        }
        if (random.nextBoolean()) {
          data.writeBytes(new byte[] {2, (byte) 154, 0, 6});
          octets(6, random, data);
        }
      }
    }
  }

  private static void gateway(int kind, Random random, ByteArrayOutputStream data) {
    switch (kind) {
      case 1 -> octets(4, random, data);
      case 2 -> octets(16, random, data);
      case 3 -> name(random, data);
      default -> {}
    }
  }

  private static void types(Random random, ByteArrayOutputStream data) {
    for (int window : new TreeSet<>(List.of(0, 1 + random.nextInt(255)))) {
      int octets = 1 + random.nextInt(32);
      data.write(window);
      data.write(octets);
      octets(octets - 1, random, data);
      data.write(1 + random.nextInt(255));
    }
  }

  private static void name(Random random, ByteArrayOutputStream data) {
    for (int i = random.nextInt(4); i > 0; i--) {
      counted(1 + random.nextInt(10), random, data);
    }
    data.write(0);
  }

  private static void counted(int octets, Random random, ByteArrayOutputStream data) {
    data.write(octets);
    octets(octets, random, data);
  }

  private static void octets(int count, Random random, ByteArrayOutputStream data) {
    byte[] octets = new byte[count];
    random.nextBytes(octets);
    data.writeBytes(octets);
  }

  private static void number(int value, ByteArrayOutputStream data) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      data.write(value >> shift);
    }
  }
}
