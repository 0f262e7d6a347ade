package detour.server.cluster.configuration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Any bytes in the place of a configuration are read, or are said to be unreadable.
final class ConfigurationRecordsFuzz {
  private static final SharedText LONG =
      new SharedText("a.yaml", "services: []\n".repeat(2_000), Map.of("a.zone", "; a\n"));

  @FuzzTest
  void shouldReadAnyBytes(byte[] bytes) {
    read(bytes);
  }

  @Test
  void shouldBearCutAndChangedRecords() {
    Revision revision =
        new Revision(7, "alice", Instant.parse("2026-11-22T12:00:00Z"), "", LONG.digest(), 1);
    SharedText tiny = new SharedText("a.yaml", "zones: []\n", Map.of("a.zone", "; a\n"));
    for (byte[] sample :
        new byte[][] {
          ConfigurationRecords.revision(revision),
          ConfigurationRecords.text(LONG),
          ConfigurationRecords.text(tiny),
          ConfigurationRecords.whole(new ConfigurationRecords.Whole(revision, tiny))
        }) {
      for (int at = 0; at < sample.length; at++) {
        read(Arrays.copyOf(sample, at));
        byte[] changed = sample.clone();
        changed[at] ^= 0x11;
        read(changed);
      }
    }
    read("{\"v\":1,\"document\":\"\",\"files\":7,\"name\":{}}".getBytes(UTF_8));
    read("{\"v\":1,\"revision\":[],\"configuration\":null}".getBytes(UTF_8));
  }

  private static void read(byte[] bytes) {
    try {
      assertThat(ConfigurationRecords.text(bytes).document()).isNotNull();
    } catch (UnreadableConfiguration e) {
      assertThat(e.getMessage()).isNotBlank();
    }
    try {
      assertThat(ConfigurationRecords.revision(bytes).number()).isPositive();
    } catch (UnreadableConfiguration e) {
      assertThat(e.getMessage()).isNotBlank();
    }
    try {
      assertThat(ConfigurationRecords.whole(bytes).revision().number()).isPositive();
    } catch (UnreadableConfiguration e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
