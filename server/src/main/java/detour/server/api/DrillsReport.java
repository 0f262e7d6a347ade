package detour.server.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What came of drills.
///
/// @param drills newest first
public record DrillsReport(List<Drill> drills) {

  /// One drill.
  ///
  /// @param target what was pretended to be down
  /// @param ended null while it runs
  /// @param end how it ended: by time, by an operator, or by which safety rule; empty while it runs
  /// @param finding one sentence: whether the service moved, how soon, and whether it came back
  /// @param events of the service from its beginning to its end and until the service was back,
  ///   oldest first
  public record Drill(
      String target,
      String author,
      String reason,
      Instant began,
      @Nullable Instant ended,
      String end,
      String finding,
      List<HistoryReport.Event> events) {}
}
