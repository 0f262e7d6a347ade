package detour.server.cli;

import detour.server.api.ConfigurationText;
import detour.server.api.PushReport;
import detour.server.api.RevisionReport;
import detour.server.api.RevisionsReport;
import detour.server.cli.LocalActions.Gathered;
import detour.server.cli.Look.Mark;
import detour.server.cli.Look.Style;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/// `detour config`: the configuration that the nodes of a cluster share.
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = {
      "The configuration that the nodes of a cluster share.",
      "",
      "Nodes with `cluster.configuration: store` run what is current in etcd. Any node of the"
          + " cluster takes a new one for all."
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  detour config diff -c shared.yaml",
      "  detour config push -c shared.yaml --comment 'new backends in fra'",
      "  detour config history",
      "  detour config rollback 7 --comment 'the new backends are slow'"
    })
final class ConfigCommands implements Runnable {
  private static final String PATH = "/api/v1/config";

  @CommandLine.Spec private CommandSpec spec = CommandSpec.create();

  private ConfigCommands() {}

  static CommandLine of(LocalActions local, Terminal terminal) {
    return new CommandLine(new ConfigCommands())
        .addSubcommand(new Push(local, terminal))
        .addSubcommand(new Diff(local, terminal))
        .addSubcommand(new History(terminal))
        .addSubcommand(new Show(terminal))
        .addSubcommand(new Rollback(terminal));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }

  @Command(
      name = "push",
      mixinStandardHelpOptions = true,
      description = {
        "Make a file and its zone files the configuration of the whole cluster.",
        "",
        "The node that is asked validates all of it. What is each node's own (node, listen,"
            + " cluster) is left out. Exits with 1 unless every node that is present runs it in the"
            + " end."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  detour config push -c shared.yaml --comment 'new backends in fra'",
        "  detour config push -c shared.yaml --comment 'try' --dry-run"
      })
  static final class Push implements Callable<Integer> {
    private final LocalActions local;
    private final Terminal terminal;

    @Mixin private Remote remote = new Remote();
    @Mixin private ConfigurationOption configuration = new ConfigurationOption();
    @Mixin private CommentOption comment = new CommentOption();
    @Mixin private Waiting waiting = new Waiting();

    @Option(names = "--dry-run", description = "Only validate it on the node that is asked.")
    private boolean dryRun;

    @Option(
        names = "--expect",
        paramLabel = "REVISION",
        description = "Only if this revision is the current one.")
    private long expected;

    Push(LocalActions local, Terminal terminal) {
      this.local = local;
      this.terminal = terminal;
    }

    /// As the API takes it.
    private record Body(
        String name,
        String document,
        Map<String, String> files,
        String comment,
        long expected,
        boolean dryRun) {}

    @Override
    public Integer call() {
      Gathered gathered = local.gather(configuration.file());
      ConfigurationText text = gathered.text();
      if (!gathered.leftOut().isEmpty()) {
        terminal
            .err()
            .println("left out, as each node's own: " + String.join(", ", gathered.leftOut()));
      }
      ServerClient client = remote.client(terminal);
      Body body =
          new Body(text.name(), text.document(), text.files(), comment.text(), expected, dryRun);
      PushReport report = client.postLong(PATH, body).as(PushReport.class);
      return pushed(terminal, client, report, waiting);
    }
  }

  @Command(
      name = "rollback",
      mixinStandardHelpOptions = true,
      description = {
        "Make an earlier configuration the current one again, as a new revision.",
        "",
        "It is validated anew: what has changed since may speak against it."
      },
      footerHeading = "%nExample:%n",
      footer = "  detour config rollback 7 --comment 'the new backends are slow'")
  static final class Rollback implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Remote remote = new Remote();
    @Mixin private CommentOption comment = new CommentOption();
    @Mixin private Waiting waiting = new Waiting();

    @Parameters(paramLabel = "REVISION", description = "To which; see: detour config history")
    private long revision;

    Rollback(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      ServerClient client = remote.client(terminal);
      Map<String, String> body =
          Map.of("revision", Long.toString(revision), "comment", comment.text());
      PushReport report = client.postLong(PATH + "/rollback", body).as(PushReport.class);
      return pushed(terminal, client, report, waiting);
    }
  }

  @Command(
      name = "diff",
      mixinStandardHelpOptions = true,
      description = "Show how a file and its zone files differ from the store; exit 1 if they do.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  detour config diff -c shared.yaml",
        "  detour config diff -c shared.yaml --revision 7"
      })
  static final class Diff implements Callable<Integer> {
    private final LocalActions local;
    private final Terminal terminal;

    @Mixin private Remote remote = new Remote();
    @Mixin private ConfigurationOption configuration = new ConfigurationOption();

    @Option(
        names = "--revision",
        paramLabel = "NUMBER",
        description = "Which to compare with; default: the current one.")
    private @Nullable Long revision;

    Diff(LocalActions local, Terminal terminal) {
      this.local = local;
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      ConfigurationText mine = local.gather(configuration.file()).text();
      RevisionReport report = revision(remote.client(terminal), revision);
      ConfigurationText theirs = text(report);
      List<String> lines = RevisionViews.diff(report.revision(), theirs, mine);
      Look look = terminal.look();
      for (String line : lines) {
        terminal.out().println(look.paint(style(line), look.clean(line)));
      }
      return lines.isEmpty() ? ExitCode.DONE : ExitCode.NO;
    }

    private static Style style(String line) {
      if (line.startsWith("---") || line.startsWith("+++")) {
        return Style.STRONG;
      }
      return switch (line.charAt(0)) {
        case '+' -> Style.GOOD;
        case '-' -> Style.BAD;
        case '@' -> Style.DIM;
        default -> Style.PLAIN;
      };
    }
  }

  @Command(
      name = "history",
      mixinStandardHelpOptions = true,
      description = "Show the last 50 revisions: when, by whom, why; the newest last.",
      footerHeading = "%nExample:%n",
      footer = "  detour config history")
  static final class History implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Remote remote = new Remote();

    @Option(names = "--json", description = ReadingCommands.JSON_OPTION)
    private boolean json;

    History(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      ServerClient.Reply reply = remote.client(terminal).readLong(PATH + "/history", Map.of());
      String shown =
          json
              ? ReadingCommands.line(reply)
              : RevisionViews.history(
                  reply.as(RevisionsReport.class),
                  terminal.look(),
                  ReadingCommands.times(terminal, reply));
      terminal.out().print(shown);
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = {
        "Print a revision's document, or write it and its zone files into a folder.",
        "",
        "Default: the current one."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  detour config show", "  detour config show 7 --into /tmp/revision-7"})
  static final class Show implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Remote remote = new Remote();

    @Parameters(arity = "0..1", paramLabel = "REVISION", description = "Which; default: current.")
    private @Nullable Long revision;

    @Option(names = "--into", paramLabel = "FOLDER", description = "Write all files into it.")
    private @Nullable Path into;

    @Option(names = "--json", description = ReadingCommands.JSON_OPTION)
    private boolean json;

    Show(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      ServerClient.Reply reply = reply(remote.client(terminal), revision);
      RevisionReport report = reply.as(RevisionReport.class);
      ConfigurationText text = text(report);
      Path folder = into;
      if (json) {
        terminal.out().print(ReadingCommands.line(reply));
      } else if (folder != null) {
        write(text, folder);
      } else {
        terminal.out().print(text.document() + (text.document().endsWith("\n") ? "" : "\n"));
        if (!text.files().isEmpty()) {
          terminal
              .err()
              .println(
                  "and %d zone files: --into FOLDER writes all of it"
                      .formatted(text.files().size()));
        }
      }
      return ExitCode.DONE;
    }

    private void write(ConfigurationText text, Path folder) {
      Map<String, String> all = new TreeMap<>(text.files());
      all.put(text.name(), text.document());
      all.forEach((name, content) -> {
        Path file = folder.resolve(name).normalize();
        if (!file.startsWith(folder.normalize())) {
          terminal
              .err()
              .println("not written, for it is elsewhere: " + terminal.look().clean(name));
          return;
        }
        try {
          Files.createDirectories(file.toAbsolutePath().getParent());
          Files.writeString(file, content);
          terminal.out().println("wrote " + file);
        } catch (IOException e) {
          throw new CommandFailed(ExitCode.NO, "could not write " + file + ": " + e.getMessage());
        }
      });
    }
  }

  /// Whether to wait for the nodes.
  static final class Waiting {
    @Option(names = "--no-wait", description = "Do not wait until the nodes run it.")
    private boolean off;
  }

  private static int pushed(
      Terminal terminal, ServerClient client, PushReport report, Waiting waiting) {
    Page page = new Page(terminal.look());
    page.add(page.line().mark(Mark.GOOD).add(" " + report.done()));
    report.warnings().forEach(warning -> page.wrapped(2, Style.WARN, "warning: " + warning));
    terminal.out().print(page);
    return !report.changed() || waiting.off
        ? ExitCode.DONE
        : new RollOut(terminal, client, report.revision()).await();
  }

  private static ServerClient.Reply reply(ServerClient client, @Nullable Long revision) {
    return client.readLong(
        PATH, Map.of("revision", revision == null ? "" : Long.toString(revision)));
  }

  private static RevisionReport revision(ServerClient client, @Nullable Long revision) {
    return reply(client, revision).as(RevisionReport.class);
  }

  private static ConfigurationText text(RevisionReport report) {
    ConfigurationText text = report.configuration();
    if (text == null) {
      throw new CommandFailed(ExitCode.NO, "the server sent the revision without its text");
    }
    return text;
  }
}
