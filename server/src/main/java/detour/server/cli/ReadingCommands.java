package detour.server.cli;

import detour.server.api.ClusterReport;
import detour.server.api.DrillsReport;
import detour.server.api.ExplanationReport;
import detour.server.api.HistoryReport;
import detour.server.api.ServiceReport;
import detour.server.api.StatusReport;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The commands that ask a running server and change nothing.
final class ReadingCommands {
  static final String JSON_OPTION = "Print the API's JSON as it is.";

  private ReadingCommands() {}

  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = {
        "Show what serves, what is down, since when and why.",
        "",
        "Up to 20 services are shown in full, worst first; more of them one a line. A service's"
            + " name, or -v, shows all of it."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  detour status",
        "  detour status www.example.com",
        "  detour status --watch",
        "  detour status --cluster",
        "  detour status --check || echo 'a service is in its last resort'"
      })
  static final class Status implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Remote remote = new Remote();

    @Parameters(arity = "0..1", paramLabel = "SERVICE", description = "Only this service, in full.")
    private String service = "";

    @Option(
        names = {"-v", "--verbose"},
        description = "Show every service in full.")
    private boolean verbose;

    @Option(
        names = {"-w", "--watch"},
        description = "Draw it anew each second, until Ctrl-C.")
    private boolean watch;

    @Option(
        names = "--cluster",
        description =
            "Show every node of the cluster, and who disagrees and why; with --check, exit with 1"
                + " when one does.")
    private boolean cluster;

    @Option(names = "--check", description = "Exit with 1 when a service is in its last resort.")
    private boolean check;

    @Option(names = "--json", description = JSON_OPTION)
    private boolean json;

    Status(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      ServerClient client = remote.client(terminal);
      if (watch) {
        return watch(client);
      }
      ServerClient.Reply reply = ask(client);
      terminal.out().print(json ? line(reply) : render(reply, terminal.look()));
      boolean bad = check && (cluster ? disagrees(reply) : isLastResort(reply));
      return bad ? ExitCode.NO : ExitCode.DONE;
    }

    private int watch(ServerClient client) {
      if (!terminal.interactive() || json) {
        throw new CommandFailed(
            ExitCode.USAGE, "--watch draws on a terminal, and not together with --json");
      }
      return new Watch(terminal).draw(look -> render(ask(client), look));
    }

    private ServerClient.Reply ask(ServerClient client) {
      if (cluster) {
        if (!service.isEmpty()) {
          throw new CommandFailed(
              ExitCode.USAGE, "--cluster is about all nodes, and not together with a service");
        }
        return client.read("/api/v1/cluster", Map.of());
      }
      return service.isEmpty()
          ? client.read("/api/v1/status", Map.of())
          : client.read("/api/v1/services/" + ServerClient.escaped(service), Map.of());
    }

    private String render(ServerClient.Reply reply, Look look) {
      Times times = times(terminal, reply);
      if (cluster) {
        return ClusterView.render(reply.as(ClusterReport.class), look);
      }
      if (!service.isEmpty()) {
        return StatusView.render(reply.as(ServiceReport.class), look, times);
      }
      StatusView.Depth depth = verbose ? StatusView.Depth.CARDS : StatusView.Depth.FITTING;
      return StatusView.render(reply.as(StatusReport.class), depth, look, times);
    }

    private static boolean disagrees(ServerClient.Reply reply) {
      return reply.as(ClusterReport.class).nodes().stream().anyMatch(node -> !node.agrees());
    }

    private boolean isLastResort(ServerClient.Reply reply) {
      return service.isEmpty()
          ? reply.as(StatusReport.class).services().stream().anyMatch(Status::isLastResort)
          : isLastResort(reply.as(ServiceReport.class));
    }

    private static boolean isLastResort(ServiceReport service) {
      return service.selections().stream()
          .anyMatch(selection -> selection.status().equals("LAST_RESORT"));
    }
  }

  @Command(
      name = "explain",
      mixinStandardHelpOptions = true,
      description = {
        "Show why a question is answered as it is.",
        "",
        "Prints the answer and all it rests on: the selection, the pools, verdicts, opinions and"
            + " the last observations. Exits with 1 unless the answer is NOERROR."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  detour explain www.example.com",
        "  detour explain www.example.com --type AAAA --client 192.0.2.53"
      })
  static final class Explain implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Remote remote = new Remote();

    @Parameters(paramLabel = "NAME", description = "The name asked.")
    private String name = "";

    @Option(
        names = {"-t", "--type"},
        paramLabel = "TYPE",
        defaultValue = "A",
        description = "The type asked; default: ${DEFAULT-VALUE}.")
    private String type = "";

    @Option(
        names = "--client",
        paramLabel = "IP",
        description = "The address the question comes from; default: any.")
    private String client = "";

    @Option(names = "--json", description = JSON_OPTION)
    private boolean json;

    Explain(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      ServerClient.Reply reply =
          remote
              .client(terminal)
              .read("/api/v1/explain", Map.of("name", name, "type", type, "client", client));
      ExplanationReport report = reply.as(ExplanationReport.class);
      terminal
          .out()
          .print(
              json
                  ? line(reply)
                  : ExplanationView.render(report, terminal.look(), times(terminal, reply)));
      return report.answer().rcode().equals("NOERROR") ? ExitCode.DONE : ExitCode.NO;
    }
  }

  @Command(
      name = "history",
      mixinStandardHelpOptions = true,
      description = "Show what happened, when, why and by whom, newest last.",
      footerHeading = "%nExamples:%n",
      footer = {"  detour history", "  detour history www.example.com --limit 10"})
  static final class History implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Remote remote = new Remote();

    @Parameters(arity = "0..1", paramLabel = "SERVICE", description = "Only this service.")
    private String service = "";

    @Option(
        names = {"-n", "--limit"},
        paramLabel = "NUMBER",
        defaultValue = "50",
        description = "How many, at most 1000; default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(names = "--before", paramLabel = "ID", description = "Only what is older than this.")
    private String before = "";

    @Option(names = "--json", description = JSON_OPTION)
    private boolean json;

    History(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      Map<String, String> parameters =
          Map.of("service", service, "before", before, "limit", String.valueOf(limit));
      ServerClient.Reply reply = remote.client(terminal).read("/api/v1/history", parameters);
      Supplier<String> table =
          () ->
              HistoryView.render(
                  reply.as(HistoryReport.class), terminal.look(), times(terminal, reply));
      terminal.out().print(json ? line(reply) : table.get());
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "drills",
      mixinStandardHelpOptions = true,
      description = "Report what came of the drills of a service, newest first.",
      footerHeading = "%nExample:%n",
      footer = "  detour drills www.example.com")
  static final class Drills implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Remote remote = new Remote();

    @Parameters(paramLabel = "SERVICE", description = "The service.")
    private String service = "";

    @Option(names = "--json", description = JSON_OPTION)
    private boolean json;

    Drills(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      ServerClient.Reply reply =
          remote.client(terminal).read("/api/v1/drills", Map.of("service", service));
      terminal
          .out()
          .print(
              json
                  ? line(reply)
                  : DrillsView.render(
                      reply.as(DrillsReport.class), terminal.look(), times(terminal, reply)));
      return ExitCode.DONE;
    }
  }

  /// What the server sent, as lines.
  static String line(ServerClient.Reply reply) {
    return reply.body().endsWith("\n") ? reply.body() : reply.body() + "\n";
  }

  /// The server's times are told by its own clock where this machine's differs: what is said to be
  /// safe to switch off must not depend on a wrong clock here.
  static Times times(Terminal terminal, ServerClient.Reply reply) {
    Instant here = terminal.clock().instant();
    Instant there = reply.serverTime();
    boolean agree =
        there == null || Duration.between(there, here).abs().compareTo(Duration.ofSeconds(2)) < 0;
    return new Times(agree || there == null ? here : there, terminal.zone());
  }
}
