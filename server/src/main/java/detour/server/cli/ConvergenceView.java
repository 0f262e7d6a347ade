package detour.server.cli;

import detour.server.api.ConvergenceReport;
import detour.server.cli.Look.Style;
import java.util.ArrayList;
import java.util.List;

/// How far the world has followed, as a table.
final class ConvergenceView {
  private ConvergenceView() {}

  static String render(ConvergenceReport report, Look look, Times times) {
    Page page = new Page(look);
    page.add(
        page.line()
            .add(Style.STRONG, report.service())
            .add(" is answered with " + String.join(", ", report.answers()))
            .add(Style.DIM, " for " + times.since(report.since())));
    page.add(
        report.heldUntil() == null
            ? page.line()
                .add(Style.GOOD, "no resolver that obeys TTLs holds anything else any more")
            : page.line()
                .add(
                    Style.BAD,
                    "resolvers may hold other answers for "
                        + times.until(report.heldUntil())
                        + " yet, until "
                        + times.clock(report.heldUntil())));
    addresses(page, report, times);
    resolvers(page, report);
    return page.toString();
  }

  private static void addresses(Page page, ConvergenceReport report, Times times) {
    if (report.addresses().isEmpty()) {
      return;
    }
    page.blank();
    List<List<Line>> rows = new ArrayList<>();
    rows.add(header(page, "HANDED OUT", "NOW", "TIMES", "LAST", "TTL", "HELD"));
    for (ConvergenceReport.Address address : report.addresses()) {
      rows.add(
          List.of(
              page.line().add(address.destination()),
              page.line().add(address.answered() ? "answered" : "no more"),
              page.line().add(Long.toString(address.times())),
              page.line().add(times.since(address.last()) + " ago"),
              page.line().add(address.ttlSeconds() + "s"),
              page.line()
                  .add(address.held() ? times.until(address.heldUntil()) + " yet" : "by nobody")));
    }
    page.aligned(0, rows).forEach(page::add);
  }

  private static void resolvers(Page page, ConvergenceReport report) {
    if (report.resolvers().isEmpty()) {
      return;
    }
    page.blank();
    List<List<Line>> rows = new ArrayList<>();
    rows.add(header(page, "RESOLVER", "TYPE", "ANSWERS", "TTL", ""));
    for (ConvergenceReport.Resolver resolver : report.resolvers()) {
      Long ttl = resolver.ttlSeconds();
      rows.add(
          List.of(
              page.line().add(resolver.resolver()),
              page.line().add(resolver.type()),
              page.line()
                  .add(
                      resolver.answers().isEmpty()
                          ? resolver.rcode()
                          : String.join(", ", resolver.answers())),
              page.line().add(ttl == null ? "" : ttl + "s"),
              verdict(page, resolver)));
    }
    page.aligned(0, rows).forEach(page::add);
  }

  private static Line verdict(Page page, ConvergenceReport.Resolver resolver) {
    if (!resolver.problem().isEmpty()) {
      return page.line().add(Style.BAD, resolver.problem());
    }
    return resolver.stale().isEmpty()
        ? page.line().add(Style.GOOD, "follows")
        : page.line().add(Style.BAD, "still has " + String.join(", ", resolver.stale()));
  }

  private static List<Line> header(Page page, String... titles) {
    List<Line> header = new ArrayList<>();
    for (String title : titles) {
      header.add(page.line().add(Style.DIM, title));
    }
    return header;
  }
}
