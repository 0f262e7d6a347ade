package detour.server.cli;

import detour.server.api.HistoryReport;
import detour.server.cli.Look.Mark;
import detour.server.cli.Look.Style;
import detour.server.cli.Page.Sentence;
import java.util.ArrayList;
import java.util.List;

/// What happened, as a table, newest last: where the eye is when the command ends.
final class HistoryView {
  /// Below what it happened to, after the time.
  private static final int REASON_INDENT = 21;

  private HistoryView() {}

  static String render(HistoryReport report, Look look, Times times) {
    Page page = new Page(look);
    if (report.events().isEmpty()) {
      return page.add(page.line().add(Style.DIM, "nothing is recorded")).toString();
    }
    List<List<Line>> rows = new ArrayList<>();
    List<Sentence> reasons = new ArrayList<>();
    rows.add(header(page, "TIME", "WHAT", "CHANGE", "BY"));
    reasons.add(new Sentence(Style.DIM, "WHY"));
    for (HistoryReport.Event event : report.events().reversed()) {
      rows.add(
          List.of(
              page.line().add(Style.DIM, times.full(event.at())),
              page.line().add(event.subject().isEmpty() ? event.kind() : event.subject()),
              change(page, event),
              page.line()
                  .add(event.author().equals("detour") ? Style.DIM : Style.PLAIN, event.author())));
      reasons.add(new Sentence(Style.PLAIN, event.reason()));
    }
    List<Line> aligned = page.aligned(0, rows);
    int column = Page.columnAfter(aligned);
    for (int i = 0; i < rows.size(); i++) {
      page.add(aligned.get(i), column, reasons.get(i), REASON_INDENT);
    }
    if (report.nextBefore() != null) {
      page.blank();
      page.add(page.line().add(Style.DIM, "older: detour history --before " + report.nextBefore()));
    }
    return page.toString();
  }

  private static Line change(Page page, HistoryReport.Event event) {
    Line line = page.line();
    if (event.to().isEmpty()) {
      return line.add(event.kind());
    }
    if (!event.from().isEmpty()) {
      line.add(Style.DIM, event.from()).add(" ").mark(Mark.CHANGE).add(" ");
    }
    return line.add(States.style(event.to()), event.to());
  }

  private static List<Line> header(Page page, String... titles) {
    List<Line> header = new ArrayList<>();
    for (String title : titles) {
      header.add(page.line().add(Style.DIM, title));
    }
    return header;
  }
}
