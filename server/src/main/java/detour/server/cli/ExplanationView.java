package detour.server.cli;

import detour.server.api.ExplanationReport;
import detour.server.api.ExplanationReport.AnswerRecord;
import detour.server.api.ServiceReport;
import detour.server.api.ServiceReport.Endpoint;
import detour.server.api.ServiceReport.Observation;
import detour.server.api.ServiceReport.Opinion;
import detour.server.api.ServiceReport.Pool;
import detour.server.api.ServiceReport.Selection;
import detour.server.api.ServiceReport.Vote;
import detour.server.cli.Look.Mark;
import detour.server.cli.Look.Style;
import detour.server.cli.Page.Sentence;
import java.util.ArrayList;
import java.util.List;

/// The chain behind an answer, link by link, each resting on the one below.
final class ExplanationView {
  private static final int INDENT = 14;
  private static final int MOST_OBSERVATIONS = 3;

  private final Page page;
  private final Times times;

  private ExplanationView(Look look, Times times) {
    this.page = new Page(look);
    this.times = times;
  }

  static String render(ExplanationReport report, Look look, Times times) {
    ExplanationView view = new ExplanationView(look, times);
    view.question(report);
    view.answer(report.answer());
    ServiceReport service = report.service();
    if (service == null) {
      view.fixed(report.answer());
    } else {
      view.selection(service);
      view.pools(service);
      view.verdicts(service);
      view.votes(service);
      view.opinions(service);
      view.observations(service);
    }
    return view.page.toString();
  }

  private void question(ExplanationReport report) {
    ExplanationReport.Question question = report.question();
    page.add(
        page.line()
            .add(Style.STRONG, question.name() + " " + question.type())
            .add(question.client() == null ? "" : " asked by " + question.client())
            .add(Style.DIM, "  at " + report.node() + ", " + times.clock(report.at())));
    page.blank();
  }

  private void answer(ExplanationReport.Answer answer) {
    boolean good = answer.rcode().equals("NOERROR");
    Line line = label("answer");
    line.add(good ? Style.GOOD : Style.BAD, answer.rcode());
    if (good && answer.answers().isEmpty()) {
      line.add(Style.WARN, answer.authoritative() ? ", no records of this type" : ", a referral");
    }
    line.add(Style.DIM, answer.authoritative() ? ", authoritative" : "");
    page.add(line);
    List<List<Line>> rows = new ArrayList<>();
    answer.answers().forEach(one -> rows.add(row(one, Style.STRONG)));
    answer.authorities().forEach(one -> rows.add(row(one, Style.DIM)));
    answer.additionals().forEach(one -> rows.add(row(one, Style.DIM)));
    page.table(INDENT, rows);
    if (answer.extendedError() != null) {
      page.wrapped(INDENT, Style.WARN, "extended error: " + answer.extendedError());
    }
  }

  private List<Line> row(AnswerRecord answer, Style style) {
    return List.of(
        page.line().add(answer.name()),
        page.line().add(Style.DIM, answer.ttlSeconds() + "s"),
        page.line().add(answer.type()),
        page.line().add(style, answer.data()));
  }

  private void fixed(ExplanationReport.Answer answer) {
    because();
    page.add(
        label("zone")
            .add(
                answer.zone() == null
                    ? "no zone of this server holds the name"
                    : "fixed records of " + answer.zone() + "; health has no part in it"));
  }

  private void selection(ServiceReport service) {
    because();
    for (Selection selection : service.selections()) {
      String family = selection.family().equals("joint") ? "" : selection.family() + " ";
      page.add(
          label("selection")
              .mark(States.mark(selection))
              .add(" " + family)
              .add(States.style(selection), States.sentence(selection, times))
              .add(Style.DIM, ", TTL " + selection.ttlSeconds() + "s")
              .add(Style.WARN, selection.pending() ? ", change pending" : ""));
      page.wrapped(INDENT + 2, Style.PLAIN, selection.reason());
    }
    page.add(
        page.indented(INDENT + 2)
            .add(
                Style.DIM,
                "failback: %s; when all are down: %s"
                    .formatted(service.failback(), service.whenAllDown())));
  }

  private void pools(ServiceReport service) {
    because();
    List<List<Line>> rows = new ArrayList<>();
    for (Pool pool : service.pools()) {
      rows.add(
          List.of(
              page.line().mark(pool.available() ? Mark.GOOD : Mark.BAD).add(" ").add(pool.name()),
              page.line().add(pool.available() ? Style.PLAIN : Style.BAD, pool.availability()),
              page.line()
                  .add(
                      Style.DIM,
                      pool.availableSince() == null
                          ? "not available"
                          : "available for " + times.since(pool.availableSince()))));
    }
    labelled("pools", rows, List.of());
  }

  private void verdicts(ServiceReport service) {
    because();
    List<List<Line>> rows = new ArrayList<>();
    List<Sentence> reasons = new ArrayList<>();
    for (Pool pool : service.pools()) {
      for (Endpoint endpoint : pool.endpoints()) {
        ServiceReport.OperatorOverride override = endpoint.override();
        String frozen = endpoint.frozen() ? " (frozen)" : "";
        reasons.add(
            override == null
                ? verdict(endpoint, frozen)
                : new Sentence(Style.WARN, States.text(override, times) + frozen));
        rows.add(
            List.of(
                page.line().mark(States.mark(endpoint)).add(" " + path(pool, endpoint)),
                page.line().add(endpoint.destination()),
                page.line().add(States.style(endpoint), States.word(endpoint)),
                page.line().add(Style.DIM, times.since(endpoint.since()))));
      }
    }
    labelled("verdicts", rows, reasons);
  }

  private static Sentence verdict(Endpoint endpoint, String frozen) {
    return endpoint.warning() == null
        ? new Sentence(Style.PLAIN, endpoint.healthReason() + frozen)
        : new Sentence(
            Style.WARN, endpoint.healthReason() + frozen + ", degraded: " + endpoint.warning());
  }

  /// Nothing from a node on its own: its opinions are its verdicts.
  private void votes(ServiceReport service) {
    List<List<Line>> rows = new ArrayList<>();
    List<Sentence> details = new ArrayList<>();
    for (Pool pool : service.pools()) {
      for (Endpoint endpoint : pool.endpoints()) {
        for (Vote vote : endpoint.votes()) {
          rows.add(
              List.of(
                  page.line().mark(States.mark(vote)).add(" " + path(pool, endpoint)),
                  page.line().add(vote.vantage()),
                  page.line()
                      .add(
                          Style.DIM,
                          vote.region().equals(vote.vantage()) ? "" : "in " + vote.region()),
                  page.line().add(States.style(vote), States.word(vote))));
          details.add(new Sentence(Style.DIM, vote.detail()));
        }
      }
    }
    if (!rows.isEmpty()) {
      because();
      labelled("votes", rows, details);
    }
  }

  private void opinions(ServiceReport service) {
    because();
    List<List<Line>> rows = new ArrayList<>();
    for (Pool pool : service.pools()) {
      for (Endpoint endpoint : pool.endpoints()) {
        for (Opinion opinion : endpoint.opinions()) {
          rows.add(
              List.of(
                  page.line().mark(States.mark(opinion)).add(" " + path(pool, endpoint)),
                  page.line().add(opinion.check()),
                  page.line().add(Style.DIM, "from " + opinion.vantage()),
                  page.line().add(States.style(opinion), opinion.health()),
                  page.line().add(counters(opinion)),
                  page.line().add(Style.WARN, opinion.stale() ? "from before the restart" : "")));
        }
      }
    }
    labelled("opinions", rows, List.of());
  }

  private static String counters(Opinion opinion) {
    return opinion.consecutiveFailures() > 0
        ? "%d failed in a row, down at %d".formatted(opinion.consecutiveFailures(), opinion.fall())
        : opinion.health().equals("DOWN")
            ? "%d passed in a row, up at %d"
                .formatted(opinion.consecutivePasses(), opinion.riseNeeded())
            : "%d passed in a row".formatted(opinion.consecutivePasses());
  }

  private void observations(ServiceReport service) {
    because();
    List<List<Line>> rows = new ArrayList<>();
    List<Sentence> details = new ArrayList<>();
    for (Pool pool : service.pools()) {
      for (Endpoint endpoint : pool.endpoints()) {
        for (Opinion opinion : endpoint.opinions()) {
          opinion.lastObservations().stream()
              .limit(MOST_OBSERVATIONS)
              .forEach(seen -> {
                rows.add(row(path(pool, endpoint), seen));
                details.add(new Sentence(Style.PLAIN, seen.detail()));
              });
        }
      }
    }
    labelled("seen", rows, details);
  }

  private List<Line> row(String path, Observation seen) {
    return List.of(
        page.line().mark(States.mark(seen)).add(" " + path),
        page.line().add(Style.DIM, times.clock(seen.at())),
        page.line().add(Style.DIM, Times.alignedMilliseconds(seen.milliseconds())));
  }

  private static String path(Pool pool, Endpoint endpoint) {
    return pool.name() + "/" + endpoint.name();
  }

  /// @param sentences one after each row, or none
  private void labelled(String label, List<List<Line>> rows, List<Sentence> sentences) {
    if (rows.isEmpty()) {
      page.add(label(label).add(Style.DIM, "none"));
      return;
    }
    List<Line> aligned = page.aligned(0, rows);
    int column = INDENT + Page.columnAfter(aligned);
    for (int i = 0; i < aligned.size(); i++) {
      Line row = (i == 0 ? label(label) : page.indented(INDENT)).add(aligned.get(i));
      if (sentences.isEmpty()) {
        page.add(row);
      } else {
        page.add(row, column, sentences.get(i), INDENT + 4);
      }
    }
  }

  private Line label(String label) {
    return page.indented(2).add(Style.STRONG, label).to(INDENT);
  }

  private void because() {
    page.add(page.indented(2).mark(Mark.BECAUSE));
  }
}
