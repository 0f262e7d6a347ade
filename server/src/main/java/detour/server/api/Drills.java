package detour.server.api;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads from the history what came of drills: so a report survives every restart that the history
/// does.
final class Drills {
  private static final String DRILL = "drill";
  private static final double MILLIS_PER_SECOND = 1e3;

  private Drills() {}

  /// @param history of one service, newest first
  static DrillsReport of(List<HistoryReport.Event> history) {
    List<HistoryReport.Event> oldestFirst = history.reversed();
    List<DrillsReport.Drill> drills = new ArrayList<>();
    for (int index = 0; index < oldestFirst.size(); index++) {
      if (isBeginning(oldestFirst.get(index))) {
        drills.addFirst(drill(oldestFirst, index));
      }
    }
    return new DrillsReport(drills);
  }

  private static boolean isBeginning(HistoryReport.Event event) {
    return event.kind().equals(DRILL)
        && !isEnd(event)
        && !event.to().endsWith("waits for its approval");
  }

  /// A drill ends too when something else is said of its target.
  private static boolean ends(HistoryReport.Event event) {
    return event.kind().equals("override") || (event.kind().equals(DRILL) && isEnd(event));
  }

  private static boolean isEnd(HistoryReport.Event event) {
    return event.to().equals("ended") || event.to().equals("cleared");
  }

  private static DrillsReport.Drill drill(List<HistoryReport.Event> history, int beginning) {
    HistoryReport.Event began = history.get(beginning);
    List<HistoryReport.Event> events = new ArrayList<>();
    HistoryReport.Event end = null;
    HistoryReport.Event back = null;
    for (HistoryReport.Event event : history.subList(beginning, history.size())) {
      boolean another =
          !event.equals(began) && isBeginning(event) && event.subject().equals(began.subject());
      if (another || back != null) {
        break;
      }
      events.add(event);
      if (end == null && event.subject().equals(began.subject()) && ends(event)) {
        end = event;
      } else if (end != null && event.kind().equals("selection")) {
        back = event;
      }
    }
    return new DrillsReport.Drill(
        began.subject(),
        began.author(),
        began.reason(),
        began.at(),
        end == null ? null : end.at(),
        end == null ? "" : end.reason(),
        finding(began, firstMove(events, end), end, back),
        events);
  }

  private static HistoryReport.@Nullable Event firstMove(
      List<HistoryReport.Event> events, HistoryReport.@Nullable Event end) {
    for (HistoryReport.Event event : events) {
      if (event.equals(end)) {
        return null;
      }
      if (event.kind().equals("selection")) {
        return event;
      }
    }
    return null;
  }

  private static String finding(
      HistoryReport.Event began,
      HistoryReport.@Nullable Event moved,
      HistoryReport.@Nullable Event end,
      HistoryReport.@Nullable Event back) {
    String first =
        moved == null
            ? "the service did not move"
            : "the service moved from %s to %s after %s"
                .formatted(moved.from(), moved.to(), after(began.at(), moved.at()));
    if (end == null) {
      return first + "; the drill runs";
    }
    if (moved == null) {
      return first;
    }
    return back == null
        ? first + "; it has not moved since the drill ended"
        : first
            + "; %s after the end of the drill it was at %s"
                .formatted(after(end.at(), back.at()), back.to());
  }

  private static String after(Instant from, Instant to) {
    return String.format(
        Locale.ROOT, "%.1f s", Duration.between(from, to).toMillis() / MILLIS_PER_SECOND);
  }
}
