package detour.server.cli;

import detour.server.cli.Look.Mark;
import detour.server.cli.Look.Style;
import detour.server.query.OptionReport;
import detour.server.query.QueryReport;
import detour.server.query.QueryReport.EdnsReport;
import detour.server.query.QueryReport.RecordReport;
import detour.server.query.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// An answer as a page: what it says of itself, its options, and its records in columns.
final class QueryView {
  private static final int INDENT = 2;
  private static final int UNBOUNDED = 100_000;

  private QueryView() {}

  static String render(QueryReport report, Look look) {
    Page page = new Page(uncut(look));
    page.add(
        page.line()
            .add(Style.STRONG, report.name())
            .add(" " + report.dclass() + " " + report.type()));
    page.add(status(page, report));
    page.add(page.line().add(Style.DIM, transport(report)));
    if (report.tls() != null) {
      page.add(page.line().add(Style.DIM, report.tls()));
    }
    for (String remark : report.remarks()) {
      page.add(page.line().mark(Mark.WARN).add(" ").add(Style.WARN, remark));
    }
    EdnsReport edns = report.edns();
    if (edns != null) {
      page.blank();
      page.table(0, options(page, edns));
    }
    addRecords(page, report);
    return page.toString();
  }

  /// What many questions gave.
  static String render(Tally.Summary summary, Look look) {
    Page page = new Page(uncut(look));
    page.blank();
    int failed = summary.asked() - summary.answered();
    Line count = page.line().add(summary.asked() + " asked, " + summary.answered() + " answered");
    page.add(failed == 0 ? count : count.add(Style.BAD, ", " + failed + " not"));
    Tally.TimesSpent times = summary.times();
    if (times != null) {
      page.add(
          page.line()
              .add(Style.DIM, "min ")
              .add(Times.milliseconds(times.min()))
              .add(Style.DIM, "  median ")
              .add(Times.milliseconds(times.median()))
              .add(Style.DIM, "  max ")
              .add(Times.milliseconds(times.max())));
    }
    int width = Integer.toString(summary.asked()).length();
    for (Tally.Outcome outcome : summary.outcomes()) {
      page.add(
          page.indented(INDENT)
              .add(Style.STRONG, String.format(Locale.ROOT, "%" + width + "d", outcome.count()))
              .add(" ")
              .mark(Mark.TIMES)
              .add(" " + outcome.what()));
    }
    return page.toString();
  }

  /// A record that is cut is no record; the terminal wraps it.
  static Look uncut(Look look) {
    return new Look(UNBOUNDED, look.colour(), look.unicode());
  }

  static Style style(String rcode) {
    return switch (rcode) {
      case "NOERROR" -> Style.GOOD;
      case "NXDOMAIN" -> Style.WARN;
      default -> Style.BAD;
    };
  }

  /// As ` TTL 30`; with both ends where the records differ; nothing without records.
  static String timeToLive(QueryReport report) {
    long[] ttls = report.answer().stream().mapToLong(RecordReport::ttl).sorted().toArray();
    if (ttls.length == 0) {
      return "";
    }
    long least = ttls[0];
    long most = ttls[ttls.length - 1];
    return "  TTL " + (least == most ? least : least + "-" + most);
  }

  /// As `500 ms` or `5 s`.
  static String text(Duration time) {
    long millis = time.toMillis();
    return millis % 1_000 == 0 ? millis / 1_000 + " s" : millis + " ms";
  }

  private static Line status(Page page, QueryReport report) {
    Line line =
        page.line()
            .add(style(report.rcode()), report.rcode())
            .add("  " + String.join(" ", report.flags()));
    if (!report.opcode().equals("QUERY")) {
      line.add(Style.WARN, "  opcode " + report.opcode());
    }
    return line.add(Style.DIM, "  id " + report.id());
  }

  private static String transport(QueryReport report) {
    Double connect = report.connectMilliseconds();
    return "%s over %s  %s%s  %d octets, asked with %d"
        .formatted(
            report.server(),
            report.transport(),
            Times.milliseconds(report.milliseconds()),
            connect == null ? "" : " (" + Times.milliseconds(connect) + " to connect)",
            report.octets(),
            report.queryOctets());
  }

  private static List<List<Line>> options(Page page, EdnsReport edns) {
    List<List<Line>> rows = new ArrayList<>();
    rows.add(
        List.of(
            page.line().add(Style.DIM, "EDNS"),
            page.line()
                .add(
                    "version %d, UDP up to %d octets%s"
                        .formatted(
                            edns.version(), edns.udpOctets(), edns.dnssecOk() ? ", DO" : ""))));
    for (OptionReport option : edns.options()) {
      Style style = option.name().equals("EDE") ? Style.WARN : Style.PLAIN;
      rows.add(
          List.of(
              page.line().add(Style.DIM, option.name()), page.line().add(style, option.text())));
    }
    return rows;
  }

  /// The columns of all sections are the same, so that they can be compared.
  private static void addRecords(Page page, QueryReport report) {
    List<List<Line>> rows = new ArrayList<>();
    rows.addAll(rows(page, report.answer()));
    rows.addAll(rows(page, report.authority()));
    rows.addAll(rows(page, report.additional()));
    List<Line> lines = page.aligned(INDENT, rows);
    int answer = report.answer().size();
    int authority = answer + report.authority().size();
    addSection(page, "answer", lines.subList(0, answer));
    addSection(page, "authority", lines.subList(answer, authority));
    addSection(page, "additional", lines.subList(authority, lines.size()));
  }

  private static void addSection(Page page, String title, List<Line> lines) {
    if (!lines.isEmpty()) {
      page.blank();
      page.add(page.line().add(Style.DIM, title));
      lines.forEach(page::add);
    }
  }

  private static List<List<Line>> rows(Page page, List<RecordReport> records) {
    return records.stream()
        .map(record ->
            List.of(
                page.line().add(record.name()),
                page.line().add(Long.toString(record.ttl())),
                page.line().add(Style.DIM, record.dclass()),
                page.line().add(record.type()),
                page.line().add(Style.STRONG, record.data())))
        .toList();
  }
}
