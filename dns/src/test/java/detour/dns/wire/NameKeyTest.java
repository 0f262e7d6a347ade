package detour.dns.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NameKeyTest {
  @Test
  void shouldFoldExactlyTheAsciiCapitals() {
    for (int octet = 0; octet < 256; octet++) {
      for (int shift = 0; shift < 64; shift += 8) {
        long folded = Folding.fold((long) octet << shift) >>> shift;
        assertThat(folded).isEqualTo(Folding.fold(octet));
      }
    }
  }

  @Test
  void shouldHashEachSuffixLikeTheNameItself() {
    NameKey key = new NameKey().set(Name.parse("Www.a-rather-Long-label.Example.COM"));
    Name suffix = Name.parse("www.A-RATHER-long-label.example.com");
    for (int skip = 0; skip <= key.labels(); skip++) {
      assertThat(key.hash(skip)).isEqualTo(new NameKey().set(suffix).hash(0));
      byte[] padded = Arrays.copyOf(suffix.toWire(), suffix.octets() + 8);
      assertThat(key.matches(skip, padded, 0, suffix.octets())).isTrue();
      assertThat(key.matches(0, padded, 0, suffix.octets())).isEqualTo(skip == 0);
      suffix = suffix.isRoot() ? suffix : suffix.parent();
    }
  }

  @Test
  void shouldHashWildcards() {
    NameKey key = new NameKey().set(Name.parse("x.y.example.com"));
    assertThat(key.wildcardHash(2))
        .isEqualTo(new NameKey().set(Name.parse("*.example.com")).hash(0));
    assertThat(key.hash(0)).isEqualTo(new NameKey().set(Name.parse("x.y.example.com")).hash(0));
  }

  @Test
  void shouldSpreadHashesOfSimilarNames() {
    Set<Integer> low = new HashSet<>();
    Set<Integer> high = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      long hash = new NameKey().set(Name.parse("host" + i + ".example.com")).hash(0);
      low.add((int) hash & 0xFFFF);
      high.add((int) (hash >>> 48));
    }
    // 10,000 balls in 65,536 bins leave about 9,275 bins hit.
    assertThat(low).hasSizeBetween(9100, 9450);
    assertThat(high).hasSizeBetween(9100, 9450);
  }

  @Test
  void shouldRefuseNamesThatAreCutOffCompressedOrTooLong() {
    byte[] wire = Arrays.copyOf(Name.parse("www.example.com").toWire(), 600);
    MemorySegment memory = MemorySegment.ofArray(wire);
    NameKey key = new NameKey();
    assertThat(key.read(memory, 0, 17)).isEqualTo(17);
    for (int available = 0; available < 17; available++) {
      assertThat(key.read(memory, 0, available)).isEqualTo(-1);
    }
    wire[4] = (byte) 0xC0;
    assertThat(key.read(memory, 0, 17)).isEqualTo(-1);
    for (int i = 0; i < 600; i += 2) {
      wire[i] = 1;
    }
    assertThat(key.read(memory, 0, 590)).isEqualTo(-1);
    wire[254] = 0;
    assertThat(key.read(memory, 0, 590)).isEqualTo(255);
    assertThat(key.labels()).isEqualTo(127);
  }
}
