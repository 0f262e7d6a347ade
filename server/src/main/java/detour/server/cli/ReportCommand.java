package detour.server.cli;

import detour.server.api.ClusterReport;
import detour.server.api.HistoryReport;
import detour.server.api.ServiceReport;
import detour.server.api.StatusReport;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `detour report`: what happened, as one file to keep, to print or to send.
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = {
      "Write one HTML file about an incident.",
      "",
      "It has the timeline, every decision and its reason, what the probes of each vantage found in"
          + " the last hour, what was answered and who may still hold it, and the configuration in"
          + " force. It stands alone: no scripts, nothing is fetched."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  detour report www.example.com",
      "  detour report --since 6h -o night.html",
      "  detour report --since 2026-03-01T02:00:00Z --until 2026-03-01T04:00:00Z -o - | less"
    })
final class ReportCommand implements Callable<Integer> {
  private static final int PAGE_EVENTS = 1_000;
  private static final int MOST_PAGES = 10;
  private static final int MOST_SERVICES = 50;

  private final Terminal terminal;

  @Mixin private Remote remote = new Remote();

  @Parameters(arity = "0..1", paramLabel = "SERVICE", description = "Only this service.")
  private String service = "";

  @Option(
      names = "--since",
      paramLabel = "TIME",
      defaultValue = "1h",
      description =
          "Where it begins: a time before the end as 90s, 30m, 6h or 2d, or an instant as"
              + " 2026-03-01T02:00:00Z; default: ${DEFAULT-VALUE}.")
  private String since = "";

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description = "Where it ends: an instant; default: the present.")
  private String until = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description =
          "The file to write, which must not exist; - for the standard output. Default:"
              + " a name made of the service and the time.")
  private String output = "";

  ReportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    ServerClient client = remote.client(terminal);
    ServerClient.Reply reply = client.read("/api/v1/status", Map.of());
    StatusReport status = reply.as(StatusReport.class);
    Instant end = until.isEmpty() ? status.at() : instant("--until", until);
    Instant begin = begin(end);
    if (!begin.isBefore(end)) {
      throw new CommandFailed(ExitCode.USAGE, "--since: it begins at " + begin + ", after its end");
    }
    Incident incident = gather(client, status, begin, end);
    write(IncidentPage.render(incident, ReadingCommands.times(terminal, reply)), begin);
    return ExitCode.DONE;
  }

  private Incident gather(ServerClient client, StatusReport status, Instant begin, Instant end) {
    List<HistoryReport.Event> events = new ArrayList<>();
    String before = "";
    boolean complete = false;
    for (int page = 0; page < MOST_PAGES && !complete; page++) {
      HistoryReport history =
          client
              .read(
                  "/api/v1/history",
                  Map.of(
                      "service", service, "before", before, "limit", String.valueOf(PAGE_EVENTS)))
              .as(HistoryReport.class);
      for (HistoryReport.Event event : history.events()) {
        complete |= event.at().isBefore(begin);
        if (!event.at().isBefore(begin) && !event.at().isAfter(end)) {
          events.addFirst(event);
        }
      }
      Long next = history.nextBefore();
      complete |= next == null;
      before = next == null ? "" : next.toString();
    }
    List<ServiceReport> services = services(client, status, events);
    return new Incident(
        begin,
        end,
        service.isEmpty() ? null : service,
        status,
        services,
        new IncidentProbes.Asker(client).of(services),
        events,
        complete,
        cluster(client, status));
  }

  /// The one asked for, or those that something happened to and those that are not well.
  private List<ServiceReport> services(
      ServerClient client, StatusReport status, List<HistoryReport.Event> events) {
    List<String> names =
        service.isEmpty()
            ? status.services().stream()
                .filter(candidate -> isConcerned(candidate, events))
                .map(ServiceReport::name)
                .limit(MOST_SERVICES)
                .toList()
            : List.of(service);
    return names.stream()
        .map(name ->
            client
                .read("/api/v1/services/" + ServerClient.escaped(name), Map.of())
                .as(ServiceReport.class))
        .toList();
  }

  private static boolean isConcerned(ServiceReport service, List<HistoryReport.Event> events) {
    return events.stream().anyMatch(event -> service.name().equals(event.service()))
        || service.selections().stream()
            .anyMatch(selection -> !selection.status().equals("SERVING"));
  }

  private static @Nullable ClusterReport cluster(ServerClient client, StatusReport status) {
    return status.cluster() == null
        ? null
        : client.read("/api/v1/cluster", Map.of()).as(ClusterReport.class);
  }

  private void write(String page, Instant begin) {
    if (output.equals("-")) {
      terminal.out().print(page);
      return;
    }
    Path file = Path.of(output.isEmpty() ? name(begin) : output);
    try {
      Files.writeString(file, page, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new CommandFailed(
          ExitCode.USAGE, file + " exists and is left as it is: -o names another file");
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.NO, file + " cannot be written: " + e.getMessage());
    }
    terminal.out().println("written: " + file.toAbsolutePath());
  }

  private String name(Instant begin) {
    String subject = service.isEmpty() ? "all" : service.replaceAll("[^A-Za-z0-9.-]", "_");
    String time = begin.toString().replaceAll("\\..*|Z$", "").replaceAll("[-:]", "");
    return "incident-%s-%s.html".formatted(subject, time);
  }

  private Instant begin(Instant end) {
    if (!since.matches("\\d{1,6}[smhd]")) {
      return instant("--since", since);
    }
    String upper = since.toUpperCase(Locale.ROOT);
    return end.minus(Duration.parse(upper.endsWith("D") ? "P" + upper : "PT" + upper));
  }

  private static Instant instant(String option, String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new CommandFailed(
          ExitCode.USAGE, option + ": '" + text + "' is no instant as 2026-03-01T02:00:00Z");
    }
  }
}
