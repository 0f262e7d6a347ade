package detour.server.cli;

import detour.server.api.ServiceReport;
import detour.server.api.TrendReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// What the probes of one service found during an incident, at every vantage that told of it: the
/// results of each step of the last hour, and the last ones singly.
final class IncidentProbes {
  private static final int MOST_LANES = 60;

  /// Of a lane, so that a failure that took no time is seen too.
  private static final double LEAST_PART = 0.25;

  private final Incident incident;
  private final Times times;
  private final List<TrendReport.Vantage> vantages;
  private final List<Lane> lanes = new ArrayList<>();

  /// One check of one endpoint, seen from one vantage.
  ///
  /// @param endpoint with its pool
  /// @param mean of those that passed, in milliseconds
  record Lane(
      String endpoint,
      String check,
      String vantage,
      List<Step> steps,
      long passed,
      long degraded,
      long failed,
      double mean,
      double max) {}

  record Step(
      Instant begin, Instant end, int passed, int degraded, int failed, double mean, double max) {}

  /// The last results of a check at one vantage, newest first.
  record Last(String check, String vantage, List<ServiceReport.Observation> results) {}

  IncidentProbes(Incident incident, Times times, String service) {
    this.incident = incident;
    this.times = times;
    this.vantages =
        incident.probes().stream()
            .filter(report -> report.service().equals(service))
            .flatMap(report -> report.vantages().stream())
            .toList();
    for (TrendReport.Vantage vantage : vantages) {
      for (TrendReport.Line line : vantage.lines()) {
        Lane lane = lane(vantage.name(), line);
        if (!lane.steps().isEmpty()) {
          lanes.add(lane);
        }
      }
    }
    lanes.sort(
        Comparator.comparing(Lane::endpoint)
            .thenComparing(Lane::check)
            .thenComparing(Lane::vantage));
  }

  /// Those that have a result in that time: of an endpoint one below the other, so that vantages
  /// compare.
  List<Lane> lanes() {
    return List.copyOf(lanes);
  }

  /// What is missing, a sentence for each vantage.
  List<String> gaps() {
    List<String> gaps = new ArrayList<>();
    for (TrendReport.Vantage vantage : vantages) {
      if (!vantage.why().isEmpty()) {
        gaps.add(vantage.name() + ": " + vantage.why());
      }
      if (vantage.leftOut() > 0) {
        gaps.add(
            "%s: %d more checks did not fit in what it told"
                .formatted(vantage.name(), vantage.leftOut()));
      }
    }
    if (lanes.size() > MOST_LANES) {
      gaps.add(
          "The picture shows %d of %d lines; the table has all."
              .formatted(MOST_LANES, lanes.size()));
    }
    return gaps;
  }

  String svg() {
    IncidentAxis axis = new IncidentAxis(incident, times);
    List<Lane> shown = lanes.subList(0, Math.min(lanes.size(), MOST_LANES));
    double slowest = shown.stream().mapToDouble(Lane::max).max().orElse(0);
    StringBuilder svg =
        axis.begin(
            "results over time, as high as they took long; the table below sums them up",
            shown.size());
    for (int number = 0; number < shown.size(); number++) {
      Lane lane = shown.get(number);
      axis.name(svg, number, lane.endpoint() + " from " + lane.vantage());
      for (Step step : lane.steps()) {
        double part = slowest > 0 ? step.max() / slowest : 1;
        boolean noneGood = step.passed() + step.degraded() == 0;
        axis.bar(
            svg,
            number,
            step.begin(),
            step.end(),
            noneGood ? 1 : Math.max(LEAST_PART, part),
            noneGood ? "bad" : step.failed() + step.degraded() > 0 ? "changed" : "good",
            said(lane, step));
      }
    }
    return svg.append("</svg>\n").toString();
  }

  /// What was seen last of an endpoint, by this vantage first.
  List<Last> last(String pool, ServiceReport.Endpoint endpoint) {
    List<Last> last = new ArrayList<>();
    for (ServiceReport.Opinion opinion : endpoint.opinions()) {
      last.add(new Last(opinion.check(), opinion.vantage(), opinion.lastObservations()));
    }
    for (TrendReport.Vantage vantage : vantages) {
      for (TrendReport.Line line : vantage.lines()) {
        boolean ofIt = line.pool().equals(pool) && line.endpoint().equals(endpoint.name());
        if (ofIt && !vantage.own()) {
          last.add(new Last(line.check(), vantage.name(), line.lastProbes()));
        }
      }
    }
    return last.stream().filter(one -> !one.results().isEmpty()).toList();
  }

  private Lane lane(String vantage, TrendReport.Line line) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < line.begin().size(); i++) {
      Instant begin = Instant.ofEpochSecond(line.begin().get(i));
      Instant end = begin.plusSeconds(line.stepSeconds());
      if (end.isAfter(incident.from()) && begin.isBefore(incident.until())) {
        steps.add(
            new Step(
                begin,
                end,
                line.passed().get(i),
                line.degraded().get(i),
                line.failed().get(i),
                line.meanMilliseconds().get(i),
                line.maxMilliseconds().get(i)));
      }
    }
    long passed = steps.stream().mapToLong(Step::passed).sum();
    long degraded = steps.stream().mapToLong(Step::degraded).sum();
    double took =
        steps.stream().mapToDouble(step -> step.mean() * (step.passed() + step.degraded())).sum();
    return new Lane(
        line.pool() + "/" + line.endpoint(),
        line.check(),
        vantage,
        steps,
        passed,
        degraded,
        steps.stream().mapToLong(Step::failed).sum(),
        took / Math.max(1, passed + degraded),
        steps.stream().mapToDouble(Step::max).max().orElse(0));
  }

  private String said(Lane lane, Step step) {
    String took =
        step.passed() + step.degraded() == 0
            ? ""
            : "; %s on average, at most %s"
                .formatted(Times.milliseconds(step.mean()), Times.milliseconds(step.max()));
    return "%s to %s: %d passed, %d with a warning, %d failed%s (%s)"
        .formatted(
            times.full(step.begin()),
            times.clock(step.end()),
            step.passed(),
            step.degraded(),
            step.failed(),
            took,
            lane.check());
  }

  /// Asks a server for them. Other vantages tell only while somebody asks, so it asks again until
  /// they have, or some seconds have passed.
  static final class Asker {
    private static final int MOST_ROUNDS = 12;
    private static final long BETWEEN_MILLIS = 500;

    private final ServerClient client;

    Asker(ServerClient client) {
      this.client = client;
    }

    List<TrendReport> of(List<ServiceReport> services) {
      List<TrendReport> reports = new ArrayList<>();
      services.forEach(service -> reports.add(ask(service.name())));
      try {
        for (int round = 1;
            round < MOST_ROUNDS && reports.stream().anyMatch(Asker::isAwaited);
            round++) {
          Thread.sleep(BETWEEN_MILLIS);
          reports.replaceAll(report -> isAwaited(report) ? ask(report.service()) : report);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return reports;
    }

    private TrendReport ask(String service) {
      return client
          .read("/api/v1/services/%s/trends".formatted(ServerClient.escaped(service)), Map.of())
          .as(TrendReport.class);
    }

    private static boolean isAwaited(TrendReport report) {
      return report.trouble() == null
          && report.vantages().stream()
              .anyMatch(vantage ->
                  !vantage.own() && vantage.presence().equals("PRESENT") && vantage.at() == null);
    }
  }
}
