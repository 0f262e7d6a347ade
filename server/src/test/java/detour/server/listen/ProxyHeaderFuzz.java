package detour.server.listen;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Any octets are a header or none, whatever follows them, and nothing beyond them is looked at.
final class ProxyHeaderFuzz {
  @FuzzTest
  void shouldReadAnyOctets(byte[] octets) {
    ProxyHeader header = new ProxyHeader();
    ProxyHeader.Outcome outcome = read(header, octets, octets.length);
    if (outcome == ProxyHeader.Outcome.CLIENT || outcome == ProxyHeader.Outcome.NO_CLIENT) {
      int whole = header.octets();
      assertThat(whole).isBetween(ProxyHeader.LEAST, octets.length);
      assertThat(read(header, octets, whole)).isEqualTo(outcome);
      assertThat(read(header, octets, whole - 1)).isEqualTo(ProxyHeader.Outcome.INCOMPLETE);
    }
    if (outcome == ProxyHeader.Outcome.INCOMPLETE) {
      assertThat(octets.length).isLessThan(ProxyHeader.LONGEST);
    }
  }

  /// From memory that ends with the octets, so that a read beyond them fails.
  private static ProxyHeader.Outcome read(ProxyHeader header, byte[] octets, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(length);
      MemorySegment.copy(octets, 0, memory, ValueLayout.JAVA_BYTE, 0, length);
      return header.read(memory, 0, length);
    }
  }
}
