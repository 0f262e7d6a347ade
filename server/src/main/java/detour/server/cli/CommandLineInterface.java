package detour.server.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// The program's commands: parses arguments, runs one command, returns its exit code.
public final class CommandLineInterface {
  private CommandLineInterface() {}

  /// @param version shown by `--version`
  /// @return one of [ExitCode]
  public static int run(String[] arguments, String version, LocalActions local, Terminal terminal) {
    return commandLine(version, local, terminal).execute(arguments);
  }

  static CommandLine commandLine(String version, LocalActions local, Terminal terminal) {
    CommandLine root = new CommandLine(new Detour());
    root.getCommandSpec().version("detour " + version);
    List<Object> commands =
        List.of(
            new LocalCommands.Run(local),
            new LocalCommands.Validate(local),
            new LocalCommands.Init(local),
            new LocalCommands.Demo(local),
            new ReadingCommands.Status(terminal),
            new ReadingCommands.Explain(terminal),
            new ChangingCommands.Drain(terminal),
            new ChangingCommands.Down(terminal),
            new ChangingCommands.Up(terminal),
            new ChangingCommands.Clear(terminal),
            new ChangingCommands.Failback(terminal),
            new ReadingCommands.History(terminal),
            new LocalCommands.Check(local, terminal),
            new QueryCommand(local, terminal),
            new ChangingCommands.Reload(terminal));
    commands.forEach(root::addSubcommand);
    root.addSubcommand(ZoneCommands.of(local, terminal));
    root.addSubcommand(ConfigCommands.of(local, terminal));
    root.addSubcommand(TokenCommands.of(local, terminal));
    root.addSubcommand(new Completion(root, terminal));
    root.setOut(new PrintWriter(terminal.out(), true, terminal.out().charset()));
    root.setErr(new PrintWriter(terminal.err(), true, terminal.err().charset()));
    root.setColorScheme(
        Help.defaultColorScheme(terminal.look().colour() ? Help.Ansi.ON : Help.Ansi.OFF));
    root.setUsageHelpWidth(Math.clamp(terminal.look().columns(), 60, 100));
    root.setCaseInsensitiveEnumValuesAllowed(true);
    // `@127.0.0.1` is a server to ask, not a file of arguments.
    root.setExpandAtFiles(false);
    root.setExecutionExceptionHandler((e, command, parsed) -> failed(e, terminal));
    root.setParameterExceptionHandler((e, wrong) -> misunderstood(e, terminal));
    return root;
  }

  private static int failed(Exception e, Terminal terminal) {
    String label = terminal.look().paint(Look.Style.BAD, "error: ");
    if (e instanceof CommandFailed failed) {
      // A refused configuration has a line for each problem.
      String lines =
          String.valueOf(failed.getMessage())
              .lines()
              .map(terminal.look()::clean)
              .collect(Collectors.joining("\n"));
      terminal.err().println(label + lines);
      return failed.exitCode();
    }
    terminal.err().println(label + "a mistake in detour itself; please report it with these lines");
    e.printStackTrace(terminal.err());
    return ExitCode.NO;
  }

  private static int misunderstood(ParameterException e, Terminal terminal) {
    String label = terminal.look().paint(Look.Style.BAD, "error: ");
    terminal.err().println(label + terminal.look().clean(String.valueOf(e.getMessage())));
    CommandLine.UnmatchedArgumentException.printSuggestions(e, terminal.err());
    CommandSpec spec = e.getCommandLine().getCommandSpec();
    terminal.err().println("See: " + spec.qualifiedName(" ") + " --help");
    return ExitCode.USAGE;
  }

  /// What `detour` alone says.
  @Command(
      name = "detour",
      mixinStandardHelpOptions = true,
      description = "An authoritative DNS server whose answers follow the health behind a name.",
      synopsisSubcommandLabel = "COMMAND",
      commandListHeading = "%nCommands:%n",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:done",
        "1:the answer is no: unhealthy, invalid, refused",
        "2:the command line could not be understood",
        "3:the server could not be reached"
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  detour demo                 a whole failover before your eyes",
        "  detour init && detour run   a server of your own",
        "  detour status --watch       what serves, what is down, since when, why"
      })
  private static final class Detour implements Runnable {
    @CommandLine.Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      throw new ParameterException(spec.commandLine(), "which command?");
    }
  }

  @Command(
      name = "completion",
      mixinStandardHelpOptions = true,
      description = "Print a completion script for bash and zsh.",
      footerHeading = "%nExample:%n",
      footer = "  source <(detour completion)")
  private static final class Completion implements Runnable {
    private final CommandLine root;
    private final Terminal terminal;

    private Completion(CommandLine root, Terminal terminal) {
      this.root = root;
      this.terminal = terminal;
    }

    @Override
    public void run() {
      terminal.out().print(AutoComplete.bash("detour", root));
    }
  }
}
