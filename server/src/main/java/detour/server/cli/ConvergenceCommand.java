package detour.server.cli;

import detour.server.api.ConvergenceReport;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `detour convergence`: who may still hold an old answer.
@Command(
    name = "convergence",
    mixinStandardHelpOptions = true,
    description = {
      "Show who may still hold an old answer of a service, and until when.",
      "",
      "Asks the resolvers that the configuration names under convergence, too. Exits with 1 while"
          + " a resolver that obeys TTLs may hold another answer than the present one."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  detour convergence www.example.com",
      "  until detour convergence www.example.com; do sleep 5; done"
    })
final class ConvergenceCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private Remote remote = new Remote();

  @Parameters(paramLabel = "SERVICE", description = "The service.")
  private String service = "";

  @Option(names = "--json", description = ReadingCommands.JSON_OPTION)
  private boolean json;

  ConvergenceCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    ServerClient.Reply reply =
        remote
            .client(terminal)
            .read("/api/v1/services/" + ServerClient.escaped(service) + "/convergence", Map.of());
    ConvergenceReport report = reply.as(ConvergenceReport.class);
    terminal
        .out()
        .print(
            json
                ? ReadingCommands.line(reply)
                : ConvergenceView.render(
                    report, terminal.look(), ReadingCommands.times(terminal, reply)));
    return report.heldUntil() == null ? ExitCode.DONE : ExitCode.NO;
  }
}
