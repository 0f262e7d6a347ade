package detour.server.cli;

import detour.server.cli.Look.Mark;
import detour.server.cli.Look.Style;
import detour.server.zones.Finding;
import detour.server.zones.Finding.Severity;
import detour.server.zones.ZoneCheck;
import java.util.List;

/// What was found in zones: a line for each finding, one for each zone, and how many in all.
final class ZoneView {
  private ZoneView() {}

  static String render(List<ZoneCheck> checks, Look look) {
    Page page = new Page(QueryView.uncut(look));
    for (ZoneCheck check : checks) {
      page.add(heading(page, check));
      check.findings().forEach(finding -> page.add(line(page, finding)));
    }
    page.add(summary(page, checks));
    return page.toString();
  }

  private static Line heading(Page page, ZoneCheck check) {
    Mark mark =
        check.count(Severity.ERROR) > 0
            ? Mark.BAD
            : check.count(Severity.WARNING) > 0 ? Mark.WARN : Mark.GOOD;
    return page.line()
        .mark(mark)
        .add(" ")
        .add(Style.STRONG, check.zone())
        .add("  " + count(check.records(), "record"))
        .add(check.serial() == null ? "" : ", serial " + check.serial())
        .add(Style.DIM, "  " + check.source());
  }

  private static Line line(Page page, Finding finding) {
    boolean error = finding.severity() == Severity.ERROR;
    return page.indented(2)
        .add(finding.placeText())
        .add(error ? Style.BAD : Style.WARN, error ? "error: " : "warning: ")
        .add(finding.message())
        .add(Style.DIM, error ? "" : "  [" + finding.rule() + "]");
  }

  private static Line summary(Page page, List<ZoneCheck> checks) {
    long errors = checks.stream().mapToLong(check -> check.count(Severity.ERROR)).sum();
    long warnings = checks.stream().mapToLong(check -> check.count(Severity.WARNING)).sum();
    Line line = page.line().add(count(checks.size(), "zone") + ", ");
    return line.add(errors > 0 ? Style.BAD : Style.PLAIN, count(errors, "error"))
        .add(", ")
        .add(warnings > 0 ? Style.WARN : Style.PLAIN, count(warnings, "warning"));
  }

  private static String count(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }
}
