package detour.server.cli;

import detour.server.api.CheckReport;
import detour.server.api.CheckReport.Note;
import detour.server.api.CheckReport.Step;
import detour.server.cli.Look.Mark;
import detour.server.cli.Look.Style;
import java.util.ArrayList;
import java.util.List;

/// One check with its steps as a picture: each bar begins where the one before it ended.
final class CheckView {
  private static final int INDENT = 4;
  private static final int LEAST_BAR = 10;
  private static final int MOST_BAR = 40;

  private CheckView() {}

  static String render(CheckReport report, Look look) {
    Page page = new Page(look);
    Mark mark = report.passed() ? Mark.GOOD : Mark.BAD;
    page.add(
        page.line()
            .mark(mark)
            .add(" ")
            .add(Style.STRONG, report.subject())
            .add("  ")
            .add(mark.style(), report.detail())
            .add(Style.DIM, "  " + Times.milliseconds(report.milliseconds())));
    page.add(page.indented(INDENT).add(Style.DIM, report.check()));
    double total = report.steps().stream().mapToDouble(Step::milliseconds).sum();
    int room = Math.clamp(look.columns() - 40L, LEAST_BAR, MOST_BAR);
    List<List<Line>> rows = new ArrayList<>();
    double before = 0;
    for (Step step : report.steps()) {
      rows.add(
          List.of(
              page.line().add(step.name()),
              page.line().add(Style.DIM, Times.alignedMilliseconds(step.milliseconds())),
              bar(page, room, before, step.milliseconds(), total)));
      before += step.milliseconds();
    }
    page.table(INDENT, rows);
    addNotes(page, report.notes());
    return page.toString();
  }

  private static void addNotes(Page page, List<Note> notes) {
    int column =
        INDENT
            + 2
            + notes.stream().mapToInt(n -> page.line().add(n.label()).width()).max().orElse(0);
    for (Note note : notes) {
      page.hanging(page.indented(INDENT).add(note.label()), column, Style.DIM, note.text());
    }
  }

  private static Line bar(Page page, int room, double before, double length, double total) {
    double scale = total > 0 ? room / total : 0;
    int start = (int) Math.floor(before * scale);
    int end = (int) Math.round((before + length) * scale);
    Line bar = page.line().add(" ".repeat(Math.min(start, room - 1)));
    if (end <= start) {
      return bar.mark(Mark.THIN);
    }
    for (int i = start; i < end; i++) {
      bar.mark(Mark.BAR);
    }
    return bar;
  }
}
