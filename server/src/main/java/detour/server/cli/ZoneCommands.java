package detour.server.cli;

import detour.server.query.QueryFailed;
import detour.server.zones.Finding;
import detour.server.zones.RunningSerial;
import detour.server.zones.ZoneCheck;
import detour.server.zones.ZoneContent;
import detour.server.zones.ZonePrint;
import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/// `detour zone`: zone files and the zones of a configuration, without a server.
@Command(
    name = "zone",
    mixinStandardHelpOptions = true,
    description = "Check zones and print them, without a server.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  detour zone check",
      "  detour zone check example.com.zone --strict",
      "  detour zone print example.com"
    })
final class ZoneCommands implements Runnable {
  private static final int BUFFER_OCTETS = 1 << 16;

  @CommandLine.Spec private CommandSpec spec = CommandSpec.create();

  private ZoneCommands() {}

  static CommandLine of(LocalActions local, Terminal terminal) {
    return new CommandLine(new ZoneCommands())
        .addSubcommand(new Check(local, terminal))
        .addSubcommand(new Print(local, terminal));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = {
        "Show everything that is wrong with zones, or probably not meant.",
        "",
        "Exits with 1 when the server would refuse a zone; with --strict when there is a warning"
            + " too."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  detour zone check                                  all zones of the configuration",
        "  detour zone check db.example --origin example.com",
        "  detour zone check example.com.zone --against @127.0.0.1"
      })
  static final class Check implements Callable<Integer> {
    private final LocalActions local;
    private final Terminal terminal;

    @Mixin private ConfigurationOption configuration = new ConfigurationOption();

    @Parameters(
        arity = "0..*",
        paramLabel = "FILE|ZONE",
        description = "Zone files, or zones of the configuration; without any, all of its zones.")
    private List<String> subjects = new ArrayList<>();

    @Option(
        names = {"-o", "--origin"},
        paramLabel = "NAME",
        description = "The name of the zone in a file; default: from the file's name.")
    private String origin = "";

    @Option(names = "--strict", description = "Exit with 1 when there is a warning.")
    private boolean strict;

    @Option(
        names = "--against",
        paramLabel = "@SERVER[:PORT]",
        description = "Warn unless the serial is newer than the one that this server has.")
    private String against = "";

    @Option(names = "--json", description = "Print the findings as JSON.")
    private boolean json;

    Check(LocalActions local, Terminal terminal) {
      this.local = local;
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      List<ZoneCheck> checks = new ArrayList<>();
      for (ZoneContent content : ZoneSubjects.of(local, configuration, subjects, origin)) {
        checks.add(compared(ZoneCheck.of(content)));
      }
      terminal
          .out()
          .print(
              json
                  ? ServerClient.JSON.writeValueAsString(checks) + "\n"
                  : ZoneView.render(checks, terminal.look()));
      boolean bad =
          checks.stream()
              .anyMatch(check ->
                  check.count(Finding.Severity.ERROR) > 0
                      || (strict && check.count(Finding.Severity.WARNING) > 0));
      return bad ? ExitCode.NO : ExitCode.DONE;
    }

    private ZoneCheck compared(ZoneCheck check) {
      if (against.isEmpty()) {
        return check;
      }
      try {
        local.logToStandardError();
        OptionalLong served = RunningSerial.of(check.zone(), against.replaceFirst("^@", ""));
        return check.against(served, against.replaceFirst("^@", ""));
      } catch (QueryFailed | IllegalArgumentException e) {
        throw new CommandFailed(
            e instanceof QueryFailed ? ExitCode.UNREACHABLE : ExitCode.USAGE,
            "--against: " + e.getMessage());
      }
    }
  }

  @Command(
      name = "print",
      mixinStandardHelpOptions = true,
      description = {
        "Print a zone in canonical form: one record a line, in the order of RFC 4034.",
        "",
        "Of a zone of the configuration also what its services answer while all of their endpoints"
            + " are healthy."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  detour zone print example.com",
        "  detour zone print example.com.zone --relative",
        "  diff <(detour zone print old.zone -o example.com) <(detour zone print new.zone -o"
            + " example.com)"
      })
  static final class Print implements Callable<Integer> {
    private final LocalActions local;
    private final Terminal terminal;

    @Mixin private ConfigurationOption configuration = new ConfigurationOption();

    @Parameters(
        arity = "1",
        paramLabel = "FILE|ZONE",
        description = "A zone file, or a zone of the configuration.")
    private String subject = "";

    @Option(
        names = {"-o", "--origin"},
        paramLabel = "NAME",
        description = "The name of the zone in a file; default: from the file's name.")
    private String origin = "";

    @Option(
        names = "--relative",
        description = "Leave the zone's name away where names end with it.")
    private boolean relative;

    @Option(names = "--json", description = "Print the records as JSON.")
    private boolean json;

    Print(LocalActions local, Terminal terminal) {
      this.local = local;
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      ZoneContent content =
          ZoneSubjects.of(local, configuration, List.of(subject), origin).getFirst();
      if (!content.errors().isEmpty()) {
        for (Finding error : content.errors()) {
          terminal.err().println(terminal.look().clean(error.placeText() + error.message()));
        }
        throw new CommandFailed(
            ExitCode.NO, content.origin() + " is refused; `detour zone check` shows all of it");
      }
      ZonePrint print = new ZonePrint(content, relative);
      if (json) {
        terminal.out().println(ServerClient.JSON.writeValueAsString(print.items()));
        return ExitCode.DONE;
      }
      PrintStream out =
          new PrintStream(
              new BufferedOutputStream(terminal.out(), BUFFER_OCTETS),
              false,
              terminal.out().charset());
      print.lines(line -> out.append(line).append('\n'));
      out.flush();
      return ExitCode.DONE;
    }
  }
}
