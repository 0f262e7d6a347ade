package detour.server.cli;

import detour.server.api.ClusterReport;
import detour.server.api.ClusterReport.Configuration;
import detour.server.api.ClusterReport.Node;
import detour.server.cli.Look.Mark;
import detour.server.cli.Look.Style;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/// Waits until the nodes of a cluster run a revision or have refused it, and says which do.
final class RollOut {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long PERIOD_MILLIS = 300;

  private final Terminal terminal;
  private final ServerClient client;
  private final long revision;

  RollOut(Terminal terminal, ServerClient client, long revision) {
    this.terminal = terminal;
    this.client = client;
    this.revision = revision;
  }

  /// How far a node is.
  private enum Stage {
    RUNS,
    REFUSED,
    NOT_YET,
    /// It is absent, and will run it when it is back.
    AWAY,
    /// It has a file of its own.
    OWN_FILE
  }

  /// @return the exit code: 0 when every node that is present, and takes its configuration from the
  ///   store, runs it
  int await() {
    Instant until = terminal.clock().instant().plus(PATIENCE);
    ClusterReport report = ask();
    while (report.nodes().stream().anyMatch(node -> stage(node) == Stage.NOT_YET)
        && terminal.clock().instant().isBefore(until)) {
      try {
        Thread.sleep(PERIOD_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
      report = ask();
    }
    terminal.out().print(render(report, revision, terminal.look()));
    return report.nodes().stream()
            .map(this::stage)
            .noneMatch(stage -> stage == Stage.NOT_YET || stage == Stage.REFUSED)
        ? ExitCode.DONE
        : ExitCode.NO;
  }

  private ClusterReport ask() {
    return client.read("/api/v1/cluster", Map.of()).as(ClusterReport.class);
  }

  private Stage stage(Node node) {
    return stage(node, revision);
  }

  private static Stage stage(Node node, long revision) {
    Configuration configuration = node.configuration();
    if (configuration == null) {
      return Stage.OWN_FILE;
    }
    if (configuration.revision() >= revision) {
      return Stage.RUNS;
    }
    if (configuration.refused() >= revision) {
      return Stage.REFUSED;
    }
    return node.presence().equals("ABSENT") ? Stage.AWAY : Stage.NOT_YET;
  }

  /// A line for each node.
  static String render(ClusterReport report, long revision, Look look) {
    Page page = new Page(look);
    int width = report.nodes().stream().mapToInt(node -> node.name().length()).max().orElse(0);
    for (Node node : report.nodes()) {
      Line line = page.line();
      switch (stage(node, revision)) {
        case RUNS -> line.mark(Mark.GOOD);
        case REFUSED -> line.mark(Mark.BAD);
        case NOT_YET, AWAY -> line.mark(Mark.WARN);
        case OWN_FILE -> line.mark(Mark.UNKNOWN);
      }
      line.add(" " + node.name());
      page.hanging(line, width + 4, Style.PLAIN, said(node, revision));
    }
    return page.toString();
  }

  /// @param who what the sentence begins with
  static String said(Node node, long revision, String who) {
    return who + said(node, revision);
  }

  private static String said(Node node, long revision) {
    Configuration configuration = node.configuration();
    if (configuration == null) {
      return "runs its own file (cluster.configuration: file)";
    }
    String former =
        configuration.revision() == 0 ? "nothing yet" : "revision " + configuration.revision();
    String sentence =
        switch (stage(node, revision)) {
          case RUNS -> "runs " + former;
          case REFUSED -> "refused it and runs " + former;
          case AWAY -> "is absent and ran " + former + "; it takes it over when it is back";
          default -> configuration.revision() == 0 ? "runs nothing yet" : "still runs " + former;
        };
    return configuration.problem().isEmpty() ? sentence : sentence + ": " + configuration.problem();
  }
}
