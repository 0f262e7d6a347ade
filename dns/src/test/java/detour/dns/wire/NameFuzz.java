package detour.dns.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/// What is read as a name is written so that it is read again as the same octets.
class NameFuzz {
  @FuzzTest(maxDuration = "1m")
  void shouldReadBackWhatItWrites(byte[] octets) {
    String text = new String(octets, StandardCharsets.ISO_8859_1);
    Name name;
    try {
      name = Name.parse(text);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("is no domain name: ");
      return;
    }
    byte[] wire = name.toWire();
    assertThat(wire.length).isBetween(1, 255);
    assertThat(Name.octetsAt(wire, 0)).isEqualTo(wire.length);
    assertThat(Name.parse(name.toString()).toWire()).isEqualTo(wire);
    assertThat(Name.ofWire(wire)).isEqualTo(name);
  }
}
