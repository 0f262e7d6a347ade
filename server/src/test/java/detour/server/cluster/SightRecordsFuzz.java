package detour.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import detour.server.publish.PublishedState.Seen;
import detour.server.trend.Sight;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Any bytes in the place of what a vantage tells are read, or are as if they were not there.
final class SightRecordsFuzz {
  private static final Sight SHORT =
      new Sight(
          SightRecordsTest.AT,
          "a note",
          1,
          List.of(
              new Sight.Line(
                  "a",
                  "b",
                  "c",
                  40,
                  List.of(new Sight.Step(40, 3, 1, 2, 1.5, 7)),
                  List.of(new Seen(SightRecordsTest.AT, false, false, "refused", 0.4)))));

  @FuzzTest
  void shouldReadAnyBytes(byte[] bytes) {
    read(bytes);
  }

  @Test
  void shouldBearCutAndChangedRecords() {
    byte[] sample = SightRecords.bounded(SHORT);
    for (int at = 0; at < sample.length; at++) {
      read(Arrays.copyOf(sample, at));
      byte[] changed = sample.clone();
      changed[at] ^= 0x11;
      read(changed);
    }
  }

  /// What was read can be shown, and told again.
  private static void read(byte[] bytes) {
    SightRecords.read(bytes)
        .ifPresent(sight ->
            assertThat(SightRecords.bounded(sight.byClockBehind(Duration.ofDays(1)))).isNotEmpty());
  }
}
