package detour.server.cli;

import detour.server.api.ServiceReport;
import detour.server.api.ServiceReport.Endpoint;
import detour.server.api.ServiceReport.Pool;
import detour.server.api.ServiceReport.Selection;
import detour.server.cli.Look.Mark;
import detour.server.cli.Look.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One service as a card: what serves, then each pool with its endpoints, and under an endpoint
/// what a person should know of it.
final class ServiceView {
  private static final int NOTE_INDENT = 10;

  private final Page page;
  private final Times times;

  ServiceView(Page page, Times times) {
    this.page = page;
    this.times = times;
  }

  void card(ServiceReport service) {
    for (Selection selection : service.selections()) {
      heading(service, selection);
    }
    List<List<Line>> rows = new ArrayList<>();
    for (Pool pool : service.pools()) {
      pool.endpoints().forEach(endpoint -> rows.add(row(service, endpoint)));
    }
    List<Line> aligned = page.aligned(4, rows);
    int next = 0;
    int column = Page.columnAfter(aligned);
    for (Pool pool : service.pools()) {
      page.add(poolLine(service, pool));
      for (Endpoint endpoint : pool.endpoints()) {
        page.add(aligned.get(next++), column, States.seen(endpoint), NOTE_INDENT);
        notes(endpoint);
      }
    }
  }

  private void heading(ServiceReport service, Selection selection) {
    Line line = page.line().mark(States.mark(selection)).add(" ");
    line.add(Style.STRONG, service.name());
    if (!selection.family().equals("joint")) {
      line.add(" ").add(Style.STRONG, selection.family().toUpperCase(Locale.ROOT));
    }
    String sentence = States.sentence(selection, times);
    Line ttl = ttl(selection);
    int column = page.look().comfortable() - ttl.width();
    if (line.width() + 2 + sentence.length() + 2 <= column) {
      page.add(line.add("  ").add(States.style(selection), sentence).to(column).add(ttl));
    } else {
      page.add(line).wrapped(2, States.style(selection), sentence);
      page.add(page.indented(2).add(ttl));
    }
    String why = States.why(service, selection);
    if (!why.isEmpty()) {
      page.wrapped(2, Style.PLAIN, why);
    }
    if (selection.status().equals("READY")) {
      page.add(
          page.indented(2)
              .add("approve it:  ")
              .add(Style.STRONG, "detour failback " + service.name()));
    }
  }

  private Line ttl(Selection selection) {
    Line ttl = page.line();
    if (selection.pending()) {
      ttl.add(Style.WARN, "change pending").add("  ");
    }
    return ttl.add(
        selection.pending() ? Style.WARN : Style.DIM, "TTL " + selection.ttlSeconds() + "s");
  }

  private Line poolLine(ServiceReport service, Pool pool) {
    List<Selection> served =
        service.selections().stream()
            .filter(selection -> pool.name().equals(selection.pool()))
            .toList();
    boolean serves = !served.isEmpty();
    Line line = page.indented(2).add(serves ? Style.STRONG : Style.PLAIN, pool.name()).add("  ");
    line.add(pool.available() ? Style.DIM : Style.BAD, pool.availability());
    if (serves) {
      String family =
          served.size() < service.selections().size()
              ? " " + served.getFirst().family().toUpperCase(Locale.ROOT)
              : "";
      line.add("  ").add(Style.GOOD, "serves" + family);
    } else if (pool.availableSince() != null) {
      line.add(Style.DIM, ", stands by for " + times.since(pool.availableSince()));
    }
    return line;
  }

  private List<Line> row(ServiceReport service, Endpoint endpoint) {
    Line marks = page.line();
    if (endpoint.answered()) {
      marks.mark(Mark.ANSWERED);
    } else {
      marks.add(" ");
    }
    marks.add(" ").mark(States.mark(endpoint));
    Line name = page.line();
    if (!endpoint.name().equals(endpoint.destination())) {
      name.add(endpoint.name());
    }
    Line weight = page.line();
    if (isWeighted(service)) {
      weight.mark(Mark.TIMES).add(Style.DIM, String.valueOf(endpoint.weight()));
    }
    return List.of(
        marks,
        name,
        page.line().add(endpoint.destination()),
        weight,
        page.line().add(States.style(endpoint), States.word(endpoint)),
        page.line().add(Style.DIM, times.since(endpoint.since())));
  }

  private static boolean isWeighted(ServiceReport service) {
    return service.pools().stream()
            .flatMap(pool -> pool.endpoints().stream())
            .mapToInt(Endpoint::weight)
            .distinct()
            .count()
        > 1;
  }

  private void notes(Endpoint endpoint) {
    if (!endpoint.resolved().isEmpty()) {
      page.wrapped(NOTE_INDENT, Style.DIM, "answered as " + String.join(", ", endpoint.resolved()));
    }
    if (endpoint.warning() != null) {
      page.wrapped(NOTE_INDENT, Style.WARN, "degraded: " + endpoint.warning());
    }
    if (endpoint.frozen()) {
      String reason = endpoint.healthReason();
      page.wrapped(
          NOTE_INDENT, Style.WARN, reason.startsWith("frozen") ? reason : "frozen: " + reason);
    }
    String divided = States.divided(endpoint);
    if (!divided.isEmpty()) {
      page.wrapped(NOTE_INDENT, Style.WARN, "the vantages differ: " + divided);
    }
    ServiceReport.OperatorOverride override = endpoint.override();
    if (override != null) {
      page.wrapped(NOTE_INDENT, Style.PLAIN, States.text(override, times));
    }
    held(endpoint);
  }

  private void held(Endpoint endpoint) {
    ServiceReport.OperatorOverride override = endpoint.override();
    boolean leaving = override != null && override.state().equals("drain");
    if (endpoint.answered()) {
      return;
    }
    if (endpoint.heldUntil() != null && times.isAhead(endpoint.heldUntil())) {
      page.wrapped(
          NOTE_INDENT,
          leaving ? Style.WARN : Style.DIM,
          "resolvers may hold it until %s%s %s"
              .formatted(
                  times.clock(endpoint.heldUntil()),
                  leaving ? "; safe to switch off in" : ", for another",
                  times.until(endpoint.heldUntil())));
    } else if (leaving) {
      page.wrapped(NOTE_INDENT, Style.GOOD, "no resolver holds it any more: safe to switch off");
    }
  }
}
