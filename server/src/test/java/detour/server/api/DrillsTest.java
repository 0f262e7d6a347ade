package detour.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DrillsTest {
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
  private static final String TARGET = "www.example.com/ams";

  private final List<HistoryReport.Event> history = new ArrayList<>();

  @Test
  void shouldTellHowSoonTheServiceMovedAndCameBack() {
    happened(0, "override", TARGET, "", "UP");
    happened(10_000, "drill", TARGET, "", "DOWN until 2030-01-01T00:01:10Z");
    happened(10_100, "selection", "www.example.com", "ams", "fra");
    happened(70_000, "drill", TARGET, "DOWN", "ended");
    happened(100_000, "selection", "www.example.com", "fra", "ams");
    happened(200_000, "selection", "www.example.com", "ams", "fra");
    DrillsReport.Drill drill = Drills.of(history).drills().getFirst();
    assertThat(drill.ended()).isEqualTo(START.plusSeconds(70));
    assertThat(drill.events()).hasSize(4);
    assertThat(drill.finding())
        .isEqualTo(
            "the service moved from ams to fra after 0.1 s; 30.0 s after the end of the drill it"
                + " was at ams");
  }

  @Test
  void shouldTellThatNothingMovedAndThatADrillRuns() {
    happened(0, "drill", TARGET, "", "DOWN until 2030-01-01T00:01:10Z");
    assertThat(Drills.of(history).drills())
        .singleElement()
        .extracting(DrillsReport.Drill::finding)
        .isEqualTo("the service did not move; the drill runs");
  }

  @Test
  void shouldCountWhatWaitedForItsApprovalFromThereOnly() {
    happened(0, "drill", TARGET, "", "DOWN until 2030-01-01T00:01:10Z, waits for its approval");
    happened(5_000, "drill", TARGET, "DOWN", "DOWN until 2030-01-01T00:01:15Z");
    assertThat(Drills.of(history).drills())
        .singleElement()
        .extracting(DrillsReport.Drill::began)
        .isEqualTo(START.plusSeconds(5));
  }

  private void happened(long atMillis, String kind, String subject, String from, String to) {
    history.addFirst(
        new HistoryReport.Event(
            history.size() + 1,
            START.plusMillis(atMillis),
            "www.example.com",
            kind,
            subject,
            from,
            to,
            "a test",
            "ann"));
  }
}
