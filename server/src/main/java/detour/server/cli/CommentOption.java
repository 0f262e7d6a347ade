package detour.server.cli;

import picocli.CommandLine.Option;

/// The option that says why, for the commands that change the configuration of a whole cluster.
final class CommentOption {
  @Option(
      names = {"-m", "--comment"},
      paramLabel = "TEXT",
      required = true,
      description = "Why; shown in the history.")
  private String text = "";

  String text() {
    return text;
  }
}
