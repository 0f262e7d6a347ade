package detour.dns.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.TextParseException;

class NameTest {
  /// RFC 1035 section 5.1, RFC 4343 section 2.1.
  @ParameterizedTest
  @CsvSource({
    "example.com,      example.com.",
    "example.com.,     example.com.",
    "ExAmPlE.CoM,      ExAmPlE.CoM.",
    ".,                .",
    "a\\.b.c,          a\\.b.c.",
    "a\\046b.c,        a\\.b.c.",
    "\\097.c,          a.c.",
    "\\000\\255.c,     \\000\\255.c.",
    "a\\ b,            ''",
    "\\032b,           \\032b.",
    "\\@.\\\\.\\;,     \\@.\\\\.\\;.",
    "*.a,              *.a.",
    "_sip._tcp.a,      _sip._tcp.a.",
  })
  void shouldReadAndWritePresentationForm(String text, String written) {
    if (written.isEmpty()) {
      assertThatIllegalArgumentException().isThrownBy(() -> Name.parse(text));
      return;
    }
    assertThat(Name.parse(text)).hasToString(written);
    assertThat(Name.parse(written).toWire()).isEqualTo(Name.parse(text).toWire());
  }

  @ParameterizedTest
  @CsvSource({
    "'',      it is empty",
    ".a,      a label is empty",
    "a..b,    a label is empty",
    "..,      a label is empty",
    "a\\,     ends within an escape",
    "a\\1,    need two more digits",
    "a\\12x,  need two more digits",
    "a\\256,  above 255",
    "ä.com,   not printable ASCII",
    "'a b',   not printable ASCII",
  })
  void shouldSayWhatIsWrong(String text, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Name.parse(text))
        .withMessageContaining(reason)
        .withMessageContaining("\"" + text + "\"");
  }

  @Test
  void shouldHoldLabelsOf63AndNamesOf255Octets() {
    String label = "a".repeat(63);
    String longest = label + "." + label + "." + label + "." + "b".repeat(61);
    assertThat(Name.parse(longest).octets()).isEqualTo(255);
    assertThat(Name.parse(longest + ".").octets()).isEqualTo(255);
    assertThat(Name.parse("a.".repeat(127)).octets()).isEqualTo(255);
    assertThatThrownBy(() -> Name.parse(longest + "b")).hasMessageContaining("more than 255");
    assertThatThrownBy(() -> Name.parse("a.".repeat(127) + "a")).hasMessageContaining("255");
    assertThatThrownBy(() -> Name.parse(label + "a")).hasMessageContaining("has 64 octets");
  }

  @Test
  void shouldRefuseWireFormsThatAreNotOneName() {
    for (byte[] wire :
        new byte[][] {{}, {1}, {1, 'a'}, {0, 0}, {64, 0}, {(byte) 0xC0, 12}, new byte[256]}) {
      assertThatIllegalArgumentException().isThrownBy(() -> Name.ofWire(wire));
    }
  }

  @Test
  void shouldCompareWithoutCase() {
    Name lower = Name.parse("www.example.com");
    Name upper = Name.parse("WWW.Example.COM");
    assertThat(lower).isEqualTo(upper).hasSameHashCodeAs(upper).isEqualByComparingTo(upper);
    // RFC 4343 section 3: only A to Z fold.
    assertThat(Name.parse("\\064")).isNotEqualTo(Name.parse("\\096"));
    assertThat(Name.parse("\\196")).isNotEqualTo(Name.parse("\\228"));
  }

  /// The example of RFC 4034 section 6.1.
  @Test
  void shouldSortCanonically() {
    List<Name> expected = new ArrayList<>();
    for (String text :
        List.of(
            "example",
            "a.example",
            "yljkjljk.a.example",
            "Z.a.example",
            "zABC.a.EXAMPLE",
            "z.example",
            "\\001.z.example",
            "*.z.example",
            "\\200.z.example")) {
      expected.add(Name.parse(text));
    }
    List<Name> shuffled = new ArrayList<>(expected);
    Collections.shuffle(shuffled, new Random(1));
    Collections.sort(shuffled);
    assertThat(shuffled).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "a.b.c, b.c,   true",
    "a.b.c, A.B.C, true",
    "a.b.c, .,     true",
    "b.c,   a.b.c, false",
    "ab.c,  b.c,   false",
    "a.c,   b.c,   false",
    // The octets end alike, the labels do not.
    "x\\001b.c, b.c, false",
  })
  void shouldKnowItsAncestors(String name, String ancestor, boolean below) {
    assertThat(Name.parse(name).isSubdomainOf(Name.parse(ancestor))).isEqualTo(below);
  }

  @Test
  void shouldClimbAndMakeWildcards() {
    Name name = Name.parse("a.b.c");
    assertThat(name.labelCount()).isEqualTo(3);
    assertThat(name.parent()).hasToString("b.c.");
    assertThat(name.wildcard()).hasToString("*.a.b.c.");
    assertThat(name.wildcard().isWildcard()).isTrue();
    assertThat(Name.parse("**.a").isWildcard()).isFalse();
    assertThat(Name.ROOT.labelCount()).isZero();
    assertThatThrownBy(Name.ROOT::parent).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldAgreeWithDnsjava() throws TextParseException {
    for (String text : List.of("www.example.com.", "a\\.b.\\007c.", "\\\\.\\\".x.", ".")) {
      assertThat(Name.parse(text).toWire()).isEqualTo(org.xbill.DNS.Name.fromString(text).toWire());
    }
  }
}
