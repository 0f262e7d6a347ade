package detour.server.listen;

import static detour.server.listen.ProxyHeader.Outcome.ABSENT;
import static detour.server.listen.ProxyHeader.Outcome.CLIENT;
import static detour.server.listen.ProxyHeader.Outcome.INCOMPLETE;
import static detour.server.listen.ProxyHeader.Outcome.MALFORMED;
import static detour.server.listen.ProxyHeader.Outcome.NO_CLIENT;
import static detour.server.listen.ProxyHeaders.LOCAL;
import static detour.server.listen.ProxyHeaders.PROXY;
import static detour.server.listen.ProxyHeaders.addresses;
import static detour.server.listen.ProxyHeaders.header;
import static detour.server.listen.ProxyHeaders.join;
import static org.assertj.core.api.Assertions.assertThat;

import detour.dns.answer.ClientAddress;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The PROXY protocol's document, section 2.2, rule by rule.
class ProxyHeaderTest {
  private static final byte[] IPV4 = addresses("192.0.2.1");
  private static final byte[] IPV6 = addresses("2001:db8::1");
  private static final byte[] UNIX = new byte[216];
  private static final byte[] TLV = {1, 0, 3, 'd', 'o', 't'};

  private final ProxyHeader header = new ProxyHeader();

  static Stream<Arguments> headers() {
    return Stream.of(
        Arguments.of("TCP over IPv4", header(PROXY, 0x11, IPV4), CLIENT),
        Arguments.of("UDP over IPv4", header(PROXY, 0x12, IPV4), CLIENT),
        Arguments.of("TCP over IPv6", header(PROXY, 0x21, IPV6), CLIENT),
        Arguments.of("UDP over IPv6", header(PROXY, 0x22, IPV6), CLIENT),
        Arguments.of("one entry more", header(PROXY, 0x12, join(IPV4, TLV)), CLIENT),
        Arguments.of("empty entries", header(PROXY, 0x12, join(IPV4, new byte[6])), CLIENT),
        Arguments.of("as long as may be", header(PROXY, 0x12, padded(2_048 - 16)), CLIENT),
        Arguments.of("longer than may be", header(PROXY, 0x12, padded(2_048 - 15)), MALFORMED),
        Arguments.of("of the proxy itself", header(LOCAL, 0), NO_CLIENT),
        Arguments.of("of itself, with addresses", header(LOCAL, 0x11, IPV4), NO_CLIENT),
        Arguments.of("of itself, with anything", header(LOCAL, 0x77, TLV), NO_CLIENT),
        Arguments.of("of no known family", header(PROXY, 0), NO_CLIENT),
        Arguments.of("of no known family, entries", header(PROXY, 0, TLV), NO_CLIENT),
        Arguments.of("of a UNIX stream", header(PROXY, 0x31, UNIX), NO_CLIENT),
        Arguments.of("of UNIX datagrams", header(PROXY, 0x32, UNIX), NO_CLIENT),
        Arguments.of("of an undefined family", header(PROXY, 0x41, IPV6), MALFORMED),
        Arguments.of("of an undefined transport", header(PROXY, 0x13, IPV4), MALFORMED),
        Arguments.of("of an undefined command", header(0x22, 0x11, IPV4), MALFORMED),
        Arguments.of("of another version", header(0x11, 0x11, IPV4), MALFORMED),
        Arguments.of("IPv4 in too few octets", header(PROXY, 0x11, cut(IPV4)), MALFORMED),
        Arguments.of("IPv6 in too few octets", header(PROXY, 0x21, IPV4), MALFORMED),
        Arguments.of("UNIX in too few octets", header(PROXY, 0x31, cut(UNIX)), MALFORMED),
        Arguments.of("an entry that is cut", header(PROXY, 0x12, cut(join(IPV4, TLV))), MALFORMED),
        Arguments.of(
            "half an entry's head", header(PROXY, 0x12, join(IPV4, new byte[2])), MALFORMED),
        Arguments.of("nothing", new byte[0], INCOMPLETE),
        Arguments.of(
            "version 1", "PROXY TCP4 192.0.2.1".getBytes(StandardCharsets.US_ASCII), ABSENT),
        Arguments.of("a query", TestQueries.www(1), ABSENT));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("headers")
  void shouldReadAHeader(String what, byte[] octets, ProxyHeader.Outcome expected) {
    assertThat(read(octets)).isEqualTo(expected);
    byte[] more = join(octets, TestQueries.www(1));
    if (octets.length > 0) {
      assertThat(read(more)).isEqualTo(expected);
    }
    if (expected == CLIENT || expected == NO_CLIENT) {
      assertThat(header.octets()).isEqualTo(octets.length);
      for (int length = 0; length < octets.length; length++) {
        assertThat(read(Arrays.copyOf(octets, length))).isEqualTo(INCOMPLETE);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.1", "2001:db8::1", "255.255.255.255", "ffff:ffff::ffff"})
  void shouldTellTheClient(String address) {
    assertThat(read(ProxyHeaders.of(address))).isEqualTo(CLIENT);

    ClientAddress told = new ClientAddress();
    header.tell(told);

    ClientAddress expected = ClientAddress.of(InetAddress.ofLiteral(address).getAddress());
    assertThat(told.high()).isEqualTo(expected.high());
    assertThat(told.low()).isEqualTo(expected.low());
  }

  @Test
  void shouldKnowFromTheFirstWrongOctetThatThereIsNone() {
    byte[] octets = ProxyHeaders.of("192.0.2.1");
    for (int i = 0; i < 12; i++) {
      byte[] wrong = octets.clone();
      wrong[i] ^= 1;
      assertThat(read(Arrays.copyOf(wrong, i + 1))).isEqualTo(ABSENT);
    }
  }

  private ProxyHeader.Outcome read(byte[] octets) {
    return header.read(MemorySegment.ofArray(octets), 0, octets.length);
  }

  /// An address with one entry, of so many octets in all.
  private static byte[] padded(int octets) {
    byte[] all = Arrays.copyOf(IPV4, octets);
    int value = octets - IPV4.length - 3;
    all[IPV4.length] = 4;
    all[IPV4.length + 1] = (byte) (value >> 8);
    all[IPV4.length + 2] = (byte) value;
    return all;
  }

  private static byte[] cut(byte[] octets) {
    return Arrays.copyOf(octets, octets.length - 1);
  }
}
