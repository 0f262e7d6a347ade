package detour.server.cli;

import detour.server.api.ServiceReport;
import detour.server.api.ServiceReport.Endpoint;
import detour.server.api.ServiceReport.Pool;
import detour.server.api.ServiceReport.Selection;
import detour.server.api.StatusReport;
import detour.server.cli.Look.Mark;
import detour.server.cli.Look.Style;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The whole status: a head, a sum, then cards or one line for each service, worst first.
final class StatusView {
  private static final int MOST_CARDS = 20;
  private static final int MOST_PROBLEMS = 5;

  private final Page page;
  private final Times times;

  private StatusView(Look look, Times times) {
    this.page = new Page(look);
    this.times = times;
  }

  /// How much to show of each service.
  enum Depth {
    /// Cards when there are few services, else lines.
    FITTING,
    CARDS
  }

  static String render(StatusReport report, Depth depth, Look look, Times times) {
    StatusView view = new StatusView(look, times);
    view.head(report);
    if (depth == Depth.CARDS || report.services().size() <= MOST_CARDS) {
      view.cards(report);
    } else {
      view.lines(report);
    }
    return view.page.toString();
  }

  static String render(ServiceReport service, Look look, Times times) {
    Page page = new Page(look);
    new ServiceView(page, times).card(service);
    return page.toString();
  }

  private void head(StatusReport report) {
    page.add(
        page.line()
            .add(Style.STRONG, report.node())
            .add(
                Style.DIM,
                "  detour %s, up %s, %s, configuration of %s ago"
                    .formatted(
                        report.version(),
                        times.since(report.startedAt()),
                        count(report.configuration().zones(), "zone"),
                        times.since(report.configuration().loadedAt()))));
    page.add(sum(report));
    vantages(report.cluster());
    guard(report.guard());
    alarms(report);
    problems(report.configuration());
  }

  private void vantages(StatusReport.@Nullable Cluster cluster) {
    if (cluster == null) {
      return;
    }
    Line line = page.line().add(Style.DIM, "vantages  ");
    for (StatusReport.Vantage vantage : cluster.vantages()) {
      boolean present = vantage.presence().equals("PRESENT");
      line.mark(present ? Mark.GOOD : Mark.WARN)
          .add(" " + vantage.name())
          .add(
              present ? Style.DIM : Style.WARN,
              present
                  ? vantage.own() ? " (this)" : ""
                  : " " + vantage.presence().toLowerCase(Locale.ROOT))
          .add("   ");
    }
    line.add(
        cluster.stale() ? Style.WARN : Style.DIM,
        cluster.current() == null
            ? "nothing heard of the others yet"
            : "heard of the others " + times.since(cluster.current()) + " ago");
    page.add(line);
  }

  /// Canaries that fail, and decisions that wait; what is well needs no line.
  private void guard(StatusReport.@Nullable Guard guard) {
    if (guard == null) {
      return;
    }
    if (guard.held() > 0) {
      page.wrapped(
          0,
          Style.WARN,
          "%s %s for a witness: something else must be seen well before an endpoint is taken down"
              .formatted(count(guard.held(), "decision"), guard.held() == 1 ? "waits" : "wait"));
    }
    for (StatusReport.Canary canary : guard.canaries()) {
      if (canary.health().equals("DOWN")) {
        page.wrapped(
            0, Style.WARN, "canary %s is DOWN: %s".formatted(canary.check(), canary.detail()));
      }
    }
  }

  /// The alarms that nothing below tells in more detail: a service in its last resort leads the
  /// cards, and a refused reload has its own lines.
  private void alarms(StatusReport report) {
    Set<String> services =
        report.services().stream().map(ServiceReport::name).collect(Collectors.toSet());
    report.alarms().stream()
        .filter(alarm -> !services.contains(alarm.split(": ", 2)[0]))
        .filter(alarm -> report.configuration().problems().stream().noneMatch(alarm::endsWith))
        .forEach(alarm -> page.wrapped(0, Style.BAD, page.look().sign(Mark.BAD) + " " + alarm));
  }

  private Line sum(StatusReport report) {
    Map<Integer, Selection> examples = new TreeMap<>();
    Map<Integer, Integer> counts = new TreeMap<>();
    for (ServiceReport service : report.services()) {
      Selection worst = worst(service);
      int rank = Math.min(States.rank(worst), 4);
      examples.putIfAbsent(rank, worst);
      counts.merge(rank, 1, Integer::sum);
    }
    Line line = page.line();
    counts.forEach((rank, count) -> {
      Selection example = examples.getOrDefault(rank, NONE);
      line.mark(States.mark(example))
          .add(" ")
          .add(States.style(example), count + " " + States.word(example))
          .add("   ");
    });
    return counts.isEmpty() ? line.add(Style.DIM, "no services") : line;
  }

  private void problems(StatusReport.Configuration configuration) {
    if (configuration.problems().isEmpty()) {
      return;
    }
    page.add(
        page.line()
            .mark(Mark.WARN)
            .add(" ")
            .add(Style.WARN, "the last reload of " + configuration.file() + " was refused:"));
    configuration.problems().stream()
        .limit(MOST_PROBLEMS)
        .forEach(problem -> page.wrapped(4, Style.PLAIN, problem));
    int more = configuration.problems().size() - MOST_PROBLEMS;
    if (more > 0) {
      page.add(page.indented(4).add(Style.DIM, "and " + more + " more: see detour validate"));
    }
  }

  private void cards(StatusReport report) {
    ServiceView view = new ServiceView(page, times);
    for (ServiceReport service : sorted(report)) {
      page.blank();
      view.card(service);
    }
  }

  private void lines(StatusReport report) {
    page.blank();
    List<List<Line>> rows = new ArrayList<>();
    rows.add(header("", "SERVICE", "STATE", "POOL", "SINCE", "TTL", "HEALTHY", "WHY"));
    for (ServiceReport service : sorted(report)) {
      service.selections().forEach(selection -> rows.add(row(service, selection)));
    }
    page.table(0, rows);
    page.blank();
    page.add(page.line().add(Style.DIM, "details: detour status SERVICE, or detour status -v"));
  }

  private List<Line> header(String... titles) {
    List<Line> header = new ArrayList<>();
    for (String title : titles) {
      header.add(page.line().add(Style.DIM, title));
    }
    return header;
  }

  private List<Line> row(ServiceReport service, Selection selection) {
    String family = selection.family().equals("joint") ? "" : " " + selection.family();
    Style ttl = selection.pending() ? Style.WARN : Style.DIM;
    return List.of(
        page.line().mark(States.mark(selection)),
        page.line().add(service.name() + family),
        page.line().add(States.style(selection), States.word(selection)),
        page.line().add(selection.pool() == null ? "-" : selection.pool()),
        page.line().add(Style.DIM, times.since(selection.since())),
        page.line().add(ttl, selection.ttlSeconds() + "s"),
        healthy(service),
        page.line().add(why(service, selection)));
  }

  /// Short, as it shares its line with all else: the columns before it say what serves.
  private static String why(ServiceReport service, Selection selection) {
    return switch (selection.status()) {
      case "SERVING", "NO_MEMBERS" -> "";
      case "FAILED_OVER", "LAST_RESORT" ->
          service.pools().stream()
              .filter(pool -> !pool.available())
              .map(pool -> pool.name() + ": " + pool.availability())
              .collect(Collectors.joining("; "));
      default -> selection.reason();
    };
  }

  private Line healthy(ServiceReport service) {
    List<Endpoint> all =
        service.pools().stream().map(Pool::endpoints).flatMap(List::stream).toList();
    long healthy = all.stream().filter(Endpoint::healthy).count();
    return page.line()
        .add(healthy == all.size() ? Style.DIM : Style.WARN, healthy + "/" + all.size());
  }

  private static List<ServiceReport> sorted(StatusReport report) {
    return report.services().stream()
        .sorted(
            Comparator.comparingInt((ServiceReport service) -> States.rank(worst(service)))
                .thenComparing(ServiceReport::name))
        .toList();
  }

  private static Selection worst(ServiceReport service) {
    return service.selections().stream().min(Comparator.comparingInt(States::rank)).orElse(NONE);
  }

  private static String count(int number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }

  private static final Selection NONE =
      new Selection("joint", "SERVING", null, Instant.EPOCH, "", 0, false, null, List.of());
}
