package detour.server.cli;

import detour.server.cli.Look.Mark;
import detour.server.cli.Look.Style;
import detour.server.query.QueryClient;
import detour.server.query.QueryFailed;
import detour.server.query.QueryReport;
import detour.server.query.QuerySettings;
import detour.server.query.Question;
import detour.server.query.Tally;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The same question many times: a line for each answer, or each change of it, and a summary in the
/// end, also when the end is Ctrl-C.
final class QueryRepetition {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
  private static final long NANOS_PER_MILLISECOND = 1_000_000;

  private final QueryClient client;
  private final Question question;
  private final QuerySettings settings;
  private final Plan plan;
  private final Terminal terminal;
  private final Tally tally = new Tally();
  private @Nullable String before;
  private boolean allHaveData = true;
  private boolean summedUp;

  /// @param count how often to ask
  /// @param interval from the start of one question to that of the next
  /// @param changesOnly a line only where the answer differs from the one before
  record Plan(int count, Duration interval, boolean changesOnly, boolean json) {}

  QueryRepetition(
      QueryClient client, Question question, QuerySettings settings, Plan plan, Terminal terminal) {
    this.client = client;
    this.question = question;
    this.settings = settings;
    this.plan = plan;
    this.terminal = terminal;
  }

  /// @param check demand NOERROR and data of every answer
  /// @return the exit code
  int run(boolean check) {
    Thread interrupted = new Thread(this::sumUp);
    Runtime.getRuntime().addShutdownHook(interrupted);
    try {
      if (!plan.json()) {
        terminal.out().print(heading());
      }
      long start = System.nanoTime();
      for (int i = 0; i < plan.count() && !Thread.currentThread().isInterrupted(); i++) {
        long left = i * plan.interval().toNanos() - (System.nanoTime() - start);
        if (left > 0) {
          Thread.sleep(left / NANOS_PER_MILLISECOND, (int) (left % NANOS_PER_MILLISECOND));
        }
        ask();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      Runtime.getRuntime().removeShutdownHook(interrupted);
    }
    sumUp();
    if (tally.summary().answered() == 0) {
      return ExitCode.UNREACHABLE;
    }
    return check && !allHaveData ? ExitCode.NO : ExitCode.DONE;
  }

  private void ask() {
    Instant at = terminal.clock().instant();
    try {
      QueryReport report = client.ask(question);
      synchronized (this) {
        tally.answered(report);
        allHaveData &= report.hasData();
        show(at, report, Tally.outcome(report));
      }
    } catch (QueryFailed e) {
      synchronized (this) {
        tally.failed(e);
        allHaveData = false;
        show(at, null, e.getMessage());
      }
    }
  }

  private void show(Instant at, @Nullable QueryReport report, String outcome) {
    boolean changed = !outcome.equals(before);
    boolean first = before == null;
    before = outcome;
    if (!changed && plan.changesOnly()) {
      return;
    }
    if (plan.json()) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("at", at.toString());
      line.put(report == null ? "error" : "answer", report == null ? outcome : report);
      terminal.out().println(ServerClient.JSON.writeValueAsString(line));
      return;
    }
    Page page = new Page(QueryView.uncut(terminal.look()));
    Line line = page.line().add(Style.DIM, CLOCK.format(at.atZone(terminal.zone()))).add("  ");
    if (changed && !first) {
      line.mark(Mark.CHANGE);
    }
    line.to(17);
    if (report == null) {
      line.add(Style.BAD, outcome);
    } else {
      line.add(Style.DIM, Times.alignedMilliseconds(report.milliseconds()))
          .add("  ")
          .add(QueryView.style(report.rcode()), report.rcode())
          .add(Style.DIM, QueryView.timeToLive(report))
          .add(outcome.substring(report.rcode().length()).replaceFirst("^ ", "  "));
    }
    terminal.out().print(page.add(line));
  }

  private Page heading() {
    Page page = new Page(QueryView.uncut(terminal.look()));
    return page.add(
        page.line()
            .add(Style.STRONG, question.name().toString())
            .add(" " + question.className() + " " + question.typeName())
            .add(
                Style.DIM,
                "  %s over %s, every %s"
                    .formatted(
                        settings.target(), settings.transport(), QueryView.text(plan.interval()))));
  }

  private synchronized void sumUp() {
    if (summedUp) {
      return;
    }
    summedUp = true;
    Tally.Summary summary = tally.summary();
    if (plan.json()) {
      terminal.out().println(ServerClient.JSON.writeValueAsString(Map.of("summary", summary)));
    } else {
      terminal.out().print(QueryView.render(summary, terminal.look()));
    }
    terminal.out().flush();
  }
}
