package detour.server.cli;

import detour.server.api.DrillsReport;
import detour.server.cli.Look.Style;

/// What came of drills, for a terminal.
final class DrillsView {
  private DrillsView() {}

  static String render(DrillsReport report, Look look, Times times) {
    Page page = new Page(look);
    if (report.drills().isEmpty()) {
      return page.add(page.line().add(Style.DIM, "no drill is recorded")).toString();
    }
    boolean first = true;
    for (DrillsReport.Drill drill : report.drills()) {
      if (!first) {
        page.blank();
      }
      first = false;
      page.add(
          page.line()
              .add(Style.STRONG, drill.target())
              .add(" by " + drill.author() + ": " + drill.reason()));
      page.add(
          page.line()
              .add(Style.DIM, "  from " + times.full(drill.began()))
              .add(Style.DIM, drill.ended() == null ? "" : " until " + times.full(drill.ended()))
              .add(Style.DIM, drill.end().isEmpty() ? "" : " (" + drill.end() + ")"));
      page.add(page.line().add("  " + drill.finding()));
    }
    return page.toString();
  }
}
